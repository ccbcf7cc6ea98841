import type { Outcome } from './replay.ts';
import { print, type Value } from './value.ts';

/** How many exchanges and scenarios of a family and year were answered as recorded. */
export interface Score {
  readonly family: string;
  readonly year: string;
  readonly exchanges: Count;
  readonly scenarios: Count;
}
export interface Count {
  readonly matched: number;
  readonly total: number;
}

const OLDER = 'none';
/** Places shown of one mismatch. */
const SHOWN = 8;

/** Scores by family and year. A scenario counts in each family and year it touches, by its exchanges there. */
export function scores(replayed: readonly (readonly Outcome[])[]): Score[] {
  const parts = replayed.flatMap((outcomes) =>
    [...Map.groupBy(outcomes, partOf)].map(([part, list]) => ({ part, list })),
  );
  return [...Map.groupBy(parts, ({ part }) => part)]
    .map(([part, scenarios]) => {
      const [family = '', year = ''] = part.split(' ');
      return {
        family,
        year,
        exchanges: count(scenarios.flatMap(({ list }) => list).map(isMatch)),
        scenarios: count(scenarios.map(({ list }) => list.every(isMatch))),
      };
    })
    .toSorted((a, b) => a.family.localeCompare(b.family) || b.year.localeCompare(a.year));
}

export function isMatch({ differences }: Outcome): boolean {
  return differences.length === 0;
}

/** The scores as a table for people. */
export function table(list: readonly Score[]): string {
  const of = ({ matched, total }: Count) => `${matched}/${total}`;
  const rows = list.map((s) => [s.family, s.year, of(s.exchanges), of(s.scenarios)]);
  const head = ['family', 'year', 'exchanges', 'scenarios'];
  const widths = head.map((title, at) => Math.max(title.length, ...rows.map((row) => row[at]?.length ?? 0)));
  return [head, ...rows]
    .map((row) =>
      row
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** A mismatch in a few lines: the request, and each place that differs. */
export function diff({ exchange, differences }: Outcome): string {
  const { method, path, query } = exchange.request;
  const asked = [...query].map(([name, values]) => `${name}=${values.join(',')}`).join('&');
  return [
    `${exchange.source} (${exchange.year ?? 'no date'})`,
    `  ${method} ${path}${asked === '' ? '' : `?${asked}`}`,
    ...differences
      .slice(0, SHOWN)
      .map((d) => `    ${d.path}: recorded ${short(d.theirs)}, emulator ${short(d.ours)}`),
    ...(differences.length > SHOWN ? [`    and ${differences.length - SHOWN} more`] : []),
  ].join('\n');
}

function short(value: Value | undefined): string {
  const text = value === undefined ? 'nothing' : print(value);
  return text.length > 300 ? `${text.slice(0, 300)}...` : text;
}

function partOf({ exchange }: Outcome): string {
  return `${exchange.family} ${exchange.year ?? OLDER}`;
}

function count(matches: readonly boolean[]): Count {
  return { matched: matches.filter(Boolean).length, total: matches.length };
}
