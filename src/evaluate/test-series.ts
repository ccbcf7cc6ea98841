import type { Points } from './samples.ts';

/** Maximum number of points of one series of a test, and of all series of a test together. */
export const MAX_TEST_POINTS = 100_000;

/** The series of a test: values in their order, each with the number of points that have it. */
export interface TestSeries {
  readonly runs: readonly Run[];
  /** The number of points, missing ones included. */
  readonly length: number;
}

/** Equal values in a row. NaN is a missing point. */
interface Run {
  readonly value: number;
  readonly count: number;
}

/** A mistake in the text of a series. `from` and `to` are offsets in UTF-16 units. */
export interface SeriesFault {
  readonly from: number;
  readonly to: number;
  readonly message: string;
  readonly hint: string;
}

const WORD = /[^ \t\n\r]+/g;
const RUN = /^(_|-?\d{1,20}(?:\.\d{1,20})?(?:[eE][+-]?\d{1,3})?)(?:x(\d{1,20}))?$/;

/** Parses `0x10 1500x15 _x5`: values or `_` for a missing point, each with a count. Does not create the points. */
export function readTestSeries(text: string): TestSeries | SeriesFault {
  const runs: Run[] = [];
  let length = 0;
  for (const { 0: word, index } of text.matchAll(WORD)) {
    const fault = (message: string, hint: string): SeriesFault => ({
      from: index,
      to: index + word.length,
      message,
      hint,
    });
    const [, written = '', times = '1'] = RUN.exec(word) ?? [];
    const value = written === '_' ? Number.NaN : Number(written);
    if (written === '' || (written !== '_' && !Number.isFinite(value)))
      return fault(
        `"${word}" is not a value with a count.`,
        'Write each value, "x" and the number of points, such as 0x10 1500x15 _x5. "_" is a missing point.',
      );
    const count = Number(times);
    if (count === 0) return fault(`"${word}" has no points.`, 'Write a count of at least 1, or remove it.');
    length += count;
    if (length > MAX_TEST_POINTS)
      return fault(
        `The series has more than ${MAX_TEST_POINTS} points.`,
        'Write a lower count, or a longer "every".',
      );
    runs.push({ value, count });
  }
  if (length > 0) return { runs, length };
  return {
    from: 0,
    to: text.length,
    message: 'The series has no points.',
    hint: 'Write values, such as 0x10.',
  };
}

/** Returns the points of a series. `startS` is the time of the first point (UNIX seconds), `everyS` their interval. */
export function pointsOf({ runs, length }: TestSeries, startS: number, everyS: number): Points {
  const values = new Float64Array(length);
  let at = 0;
  for (const { value, count } of runs) {
    values.fill(value, at, at + count);
    at += count;
  }
  return { times: values.map((_, index) => startS + index * everyS), values };
}
