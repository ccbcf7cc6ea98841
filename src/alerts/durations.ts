import { nonEmptyText } from '../domain/schema-parts.ts';

/** Seconds of each unit of a duration. */
const UNITS: ReadonlyMap<string, number> = new Map<string, number>([
  ['w', 604_800],
  ['d', 86_400],
  ['h', 3600],
  ['m', 60],
  ['s', 1],
]);
const PART = /^(\d{1,9})(mo|[wdhms])/;
/** The months of a window have no fixed length; for comparisons they have 30 days. */
const MONTH = 2_592_000;

const PATTERN = '^(?:[0-9]{1,9}[wdhms]){1,5}$';
const WINDOW_PATTERN = '^(?:[1-9][0-9]{0,5}(?:[smhdw]|mo)){1,3}$';

/** A duration: `90s`, `30m`, `1h30m`, `2d`. */
export const duration = nonEmptyText.meta({ pattern: PATTERN });
/** A window of an evaluation: as a duration, also in months. */
export const window = nonEmptyText.meta({ pattern: WINDOW_PATTERN });

/** Returns the parts of a duration, or undefined for other text. */
function partsOf(text: string): readonly (readonly [count: number, unit: string])[] | undefined {
  const parts: [number, string][] = [];
  for (let rest = text; rest !== ''; ) {
    const [whole, count = '', unit = ''] = PART.exec(rest) ?? [];
    if (whole === undefined) return undefined;
    parts.push([Number(count), unit]);
    rest = rest.slice(whole.length);
  }
  return parts.length > 0 ? parts : undefined;
}

/** Returns the seconds of a duration, or undefined for other text. */
export function secondsOf(text: string): number | undefined {
  return partsOf(text)?.reduce((sum, [count, unit]) => sum + count * (UNITS.get(unit) ?? MONTH), 0);
}

/** Returns a duration in its shortest notation: `26h` is `1d2h`. Weeks are written in days. */
export function durationText(seconds: number): string {
  let rest = seconds;
  let text = '';
  for (const [unit, size] of UNITS) {
    const count = unit === 'w' ? 0 : Math.floor(rest / size);
    if (count > 0) text += `${count}${unit}`;
    rest -= count * size;
  }
  return text === '' ? '0s' : text;
}

/** Returns a duration in its shortest notation; other text unchanged. */
export function canonicalDuration(text: string): string {
  const seconds = secondsOf(text);
  return seconds === undefined ? text : durationText(seconds);
}

/** Returns a window with one unit: `1h30m` is `90m`. A window of one unit keeps its text. */
export function windowText(text: string): string {
  const parts = partsOf(text);
  if (parts === undefined || parts.length === 1) return text;
  const seconds = secondsOf(text) ?? 0;
  const [unit, size] = [...UNITS].find(([name, one]) => name !== 'w' && seconds % one === 0) ?? ['s', 1];
  return `${seconds / size}${unit}`;
}
