import type { Evaluation } from '../evaluate/evaluate.ts';
import { ALERT, NONE } from '../evaluate/states.ts';
import type { Span } from './report.ts';

/** The states of one group, or the most severe ones of several, by evaluation: indexes of STATES. */
type States = Uint8Array;

/** Returns the most severe state of several groups at each evaluation. */
export function worstStates(groups: Iterable<{ readonly states: States }>, length: number): States {
  const result = new Uint8Array(length);
  for (const { states } of groups) addWorst(result, states);
  return result;
}

/** Raises states to those of a group where these are more severe. */
export function addWorst(result: Uint8Array, states: States): void {
  for (let at = 0; at < result.length; at += 1) {
    const state = states[at] ?? NONE;
    if (state > (result[at] ?? NONE)) result[at] = state;
  }
}

/** A time in which the state does not change (UNIX seconds). `state` is an index of STATES. */
export interface StateTime extends Span {
  readonly state: number;
}

/**
 * Returns the times of equal states within a span, ascending. A state lasts from its evaluation to the next one. The state of
 * the evaluation before the span lasts into it.
 */
export function stateTimesOf(
  { times, firstReported }: Pick<Evaluation, 'times' | 'firstReported'>,
  states: States,
  { from, to }: Span,
): StateTime[] {
  const result: StateTime[] = [];
  let at = Math.max(0, firstReported - 1);
  while (at < times.length) {
    const state = states[at] ?? NONE;
    const start = at;
    while (at < times.length && states[at] === state) at += 1;
    const time = { state, from: Math.max(from, times[start] ?? from), to: Math.min(to, times[at] ?? to) };
    if (time.from < time.to) result.push(time);
  }
  return result;
}

/** Returns the total and the longest time in Alert, in seconds. */
export function alertTimesOf(times: readonly StateTime[]): {
  readonly total: number;
  readonly longest: number;
} {
  let [total, longest] = [0, 0];
  for (const { state, from, to } of times) {
    if (state !== ALERT) continue;
    total += to - from;
    longest = Math.max(longest, to - from);
  }
  return { total, longest };
}

/** Nagios compares 21 check results: 20 possible changes, the oldest with weight 0.8, the newest with 1.2. */
const POSSIBLE_CHANGES = 20;
const [OLDEST_WEIGHT, NEWEST_WEIGHT] = [0.8, 1.2];

/**
 * Returns the highest flapping score of Nagios at any evaluation to report, 0 to 100. A check result is the state after an
 * evaluation, also after a skipped one. A group that appears or is removed does not change its state.
 */
export function flappingOf(states: States, firstReported: number): number {
  const changes: number[] = [];
  let highest = 0;
  for (let at = Math.max(1, firstReported - POSSIBLE_CHANGES); at < states.length; at += 1) {
    const [before, state] = [states[at - 1] ?? NONE, states[at] ?? NONE];
    if (before === state || before === NONE || state === NONE) continue;
    changes.push(at);
    while ((changes[0] ?? at) <= at - POSSIBLE_CHANGES) changes.shift();
    // Between changes the score only falls.
    if (at >= firstReported) highest = Math.max(highest, scoreOf(changes, at));
  }
  return highest;
}

function scoreOf(changes: readonly number[], newest: number): number {
  const perPosition = (NEWEST_WEIGHT - OLDEST_WEIGHT) / (POSSIBLE_CHANGES - 1);
  let weighted = 0;
  for (const at of changes) weighted += NEWEST_WEIGHT - (newest - at) * perPosition;
  return (weighted / POSSIBLE_CHANGES) * 100;
}
