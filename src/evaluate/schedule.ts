import type { Condition, Recurrence } from './condition.ts';
import { lastRecurrence, recurrencesBetween } from './recurrence.ts';
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

function recurrenceTimes(recurrence: Recurrence, { from, to, leadInS = 0 }: EvaluationSpan) {
  const times = Float64Array.from(recurrencesBetween(recurrence, from - leadInS, to));
  return { times, firstReported: times.filter((time) => time < from).length };
}

/** Returns the time of the last evaluation of a condition before a time (UNIX seconds) if it has one. */
export function lastEvaluation({ everyS, recurrence }: Condition, beforeS: number): number | undefined {
  return recurrence ? lastRecurrence(recurrence, beforeS) : Math.floor((beforeS - 1) / everyS) * everyS;
}

/** Returns the evaluations of a condition and their windows. */
export function scheduleOf(
  { everyS, recurrence, window, states }: Condition,
  span: EvaluationSpan,
): Schedule {
  const { times, firstReported } = recurrence
    ? recurrenceTimes(recurrence, span)
    : evaluationTimes(everyS, span);
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
