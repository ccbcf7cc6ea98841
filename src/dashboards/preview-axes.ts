import { largest, smallest } from '../domain/append.ts';
import type { WallClock } from '../evaluate/wall-clock.ts';
import type { Drawing } from '../preview/drawing.ts';
import type { Scale } from './draw-graph.ts';
import type { Area } from './svg.ts';

/** The numbers from the bottom to the top of a graph. */
export interface Range {
  readonly low: number;
  readonly high: number;
}

/** Larger numbers are drawn as this one, so that no difference overflows. */
const MAX_VALUE = 1e300;
/** The range has zero if that is closer than this multiple of the distance between the lowest and the highest number. */
const ZERO_IS_CLOSE = 2;
/** The free space above and below the numbers, as a share of the range. */
const PADDING = 0.08;

/** Returns the range of all values and thresholds, with zero if that is close. */
export function valueRange({ series, thresholds }: Drawing): Range {
  const numbers = [
    ...thresholds.map(({ value }) => value),
    ...series.flatMap(({ lows, highs }) => [
      smallest(lows.filter(Number.isFinite)),
      largest(highs.filter(Number.isFinite)),
    ]),
  ]
    .filter(Number.isFinite)
    .map((value) => Math.max(-MAX_VALUE, Math.min(MAX_VALUE, value)));
  if (numbers.length === 0) return { low: 0, high: 1 };
  const [min, max] = [smallest(numbers), largest(numbers)];
  const size = max - min;
  const isZeroClose = Math.max(min, -max) <= ZERO_IS_CLOSE * size || size === 0;
  const [low, high] = isZeroClose ? [Math.min(0, min), Math.max(0, max)] : [min, max];
  const padding = PADDING * (high - low) || 0.5;
  return { low: low === 0 ? 0 : low - padding, high: high === 0 && low < 0 ? 0 : high + padding };
}

/** Returns the y of each value of a range in an area. */
export function valueScale({ low, high }: Range, area: Area): Scale {
  return (value) => {
    const share = (Math.max(low, Math.min(high, value)) - low) / (high - low);
    return area.y + area.height * (1 - share);
  };
}

const TICKS = 4;

/** Returns about four even numbers within a range. */
export function valueTicks({ low, high }: Range): number[] {
  const minStep = (high - low) / TICKS;
  const power = 10 ** Math.floor(Math.log10(minStep));
  const step = ([1, 2, 2.5, 5].find((factor) => factor * power >= minStep) ?? 10) * power;
  const first = Math.ceil(low / step);
  const count = Math.floor(high / step) - first + 1;
  if (!Number.isFinite(step) || step === 0) return [];
  return Array.from({ length: count }, (_, at) => (first + at) * step);
}

const UNITS: readonly (readonly [size: number, unit: string])[] = [
  [1e12, 'T'],
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'k'],
  [1, ''],
];

/** Formats a number with three digits and a unit: "1.25k", "0.0034", "2e+20". */
export function shortNumber(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e15 || (size > 0 && size < 1e-4)) return Number(value.toPrecision(3)).toExponential();
  const [unit, name] = UNITS.find(([each]) => size >= each) ?? [1, ''];
  return `${Number((value / unit).toPrecision(3))}${name}`;
}

/** A moment on a time axis. */
interface TimeTick {
  /** UNIX seconds. */
  readonly at: number;
  /** A time of day, or a date at the start of a day. */
  readonly label: string;
  readonly isDate: boolean;
}

const [MINUTES_PER_DAY, DAY_S] = [1440, 86_400];
/** The distances of ticks in minutes that divide a day, and those in whole days. */
const PARTS_OF_DAYS = [1, 5, 10, 15, 30, 60, 120, 180, 360, 720];
const DAYS = [1, 2, 7, 14, 30, 90];

/** Returns at most about `max` ticks at even local times, from `from` to before `to` (UNIX seconds). */
export function timeTicks(from: number, to: number, clock: WallClock, max: number): TimeTick[] {
  const minS = (to - from) / max;
  const minutes = PARTS_OF_DAYS.find((part) => part * 60 >= minS) ?? MINUTES_PER_DAY;
  const days = DAYS.find((count) => count * DAY_S >= minS) ?? Math.ceil(minS / DAY_S);
  const { year, month, day } = clock.localTimeOf(from);
  const firstDate = Date.UTC(year, month - 1, day) / 1000 / DAY_S;
  const lastDate = to / DAY_S + 1;
  const ticks = new Map<number, TimeTick>();
  for (let date = firstDate; date <= lastDate; date += days) {
    for (let minute = 0; minute < MINUTES_PER_DAY; minute += minutes) {
      const local = { year: 1970, month: 1, day: date + 1, hour: 0, minute };
      const at = clock.timeOf(local);
      if (at < from || at >= to) continue;
      const texts = clock.textsOf(at);
      const isDate = minute === 0;
      ticks.set(at, { at, label: isDate ? texts.date : texts.time, isDate });
    }
  }
  return [...ticks.values()];
}
