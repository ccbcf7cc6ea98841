import type { Condition } from './condition.ts';
import { resetsBetween } from './wall-clock.ts';

/** The evaluations to report: those at `from` and later, before `to`. UNIX seconds. */
export interface EvaluationSpan {
  readonly from: number;
  readonly to: number;
  /** How long before `from` evaluations start. They decide the first states, and are not reported. */
  readonly leadInS?: number;
}

/** The evaluations of a monitor and their windows. Times are UNIX seconds. */
export interface Schedule {
  readonly times: Float64Array;
  /** The start of each window, included. */
  readonly starts: Float64Array;
  /** The end of each window, not included: the time minus the delay. */
  readonly ends: Float64Array;
  /** The index of the first evaluation to report. */
  readonly firstReported: number;
}

/** Returns the times of evaluations at an interval. */
export function evaluationTimes(
  everyS: number,
  { from, to, leadInS = 0 }: EvaluationSpan,
): { readonly times: Float64Array; readonly firstReported: number } {
  const first = Math.ceil((from - leadInS) / everyS);
  const last = Math.ceil(to / everyS);
  const times = Float64Array.from({ length: Math.max(0, last - first) }, (_, at) => (first + at) * everyS);
  return { times, firstReported: Math.min(times.length, Math.max(0, Math.ceil(from / everyS) - first)) };
}

/** Returns the evaluations of a condition and their windows. */
export function scheduleOf({ everyS, window, states }: Condition, span: EvaluationSpan): Schedule {
  const { times, firstReported } = evaluationTimes(everyS, span);
  const ends = times.map((time) => time - states.delayS);
  if (window.kind === 'rolling')
    return { times, ends, starts: ends.map((end) => end - window.lengthS), firstReported };
  const resets = resetsBetween(window, ends[0] ?? 0, ends.at(-1) ?? 0);
  let at = 0;
  const starts = ends.map((end) => {
    while ((resets[at + 1] ?? end) < end) at += 1;
    return resets[at] ?? end;
  });
  return { times, ends, starts, firstReported };
}
