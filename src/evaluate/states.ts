import type { Comparator, StateRules, Thresholds } from './condition.ts';
import { BLOCK_LENGTH, EMPTY, type GroupWindows, VALUE } from './window-values.ts';

/** The states of a group, from least to most severe. `none` is a group that has not been evaluated yet. */
export const STATES = ['none', 'ok', 'no_data', 'warn', 'alert'] as const;
export type State = (typeof STATES)[number];
export const [NONE, OK, NO_DATA, WARN, ALERT] = [0, 1, 2, 3, 4] as const;

type Holds = (value: number, threshold: number) => boolean;

const HOLDS: Readonly<Record<Comparator, Holds>> = {
  '>': (value, threshold) => value > threshold,
  '>=': (value, threshold) => value >= threshold,
  '<': (value, threshold) => value < threshold,
  '<=': (value, threshold) => value <= threshold,
  '==': (value, threshold) => value === threshold,
  '!=': (value, threshold) => value !== threshold,
};
/** When a value satisfies a recovery threshold. `==` and `!=` have none. */
const RECOVERS: Readonly<Record<Comparator, Holds>> = {
  '>': HOLDS['<='],
  '>=': HOLDS['<'],
  '<': HOLDS['>='],
  '<=': HOLDS['>'],
  '==': HOLDS['!='],
  '!=': HOLDS['=='],
};

/** Returns whether a value is beyond a threshold. */
export function isBeyond(comparator: Comparator, value: number, threshold: number): boolean {
  return HOLDS[comparator](value, threshold);
}

/** Returns whether a value satisfies a recovery threshold. */
export function isRecovered(comparator: Comparator, value: number, threshold: number): boolean {
  return RECOVERS[comparator](value, threshold);
}

/** Returns the state that follows from a value and the state before. */
type Judge = (value: number, before: number) => number;

function judgeOf(comparator: Comparator, thresholds: Thresholds): Judge {
  const { critical, warning, criticalRecovery, warningRecovery } = thresholds;
  const [holds, recovers] = [HOLDS[comparator], RECOVERS[comparator]];
  return (value, before) => {
    if (holds(value, critical)) return ALERT;
    if (before === ALERT && criticalRecovery !== undefined && !recovers(value, criticalRecovery))
      return ALERT;
    if (warning === undefined) return OK;
    if (holds(value, warning)) return WARN;
    return before === WARN && warningRecovery !== undefined && !recovers(value, warningRecovery) ? WARN : OK;
  };
}

/** The states of one group. */
export interface GroupStates {
  /** Indexes of STATES, by evaluation. */
  readonly states: Uint8Array;
  /** The evaluations with another state than the one before. */
  readonly changes: readonly number[];
  /** The evaluations that a new group waits for. */
  readonly waiting: readonly number[];
}

/** Returns the states of one group, in time linear in the number of evaluations. `times` are UNIX seconds. */
export function groupStates(rules: StateRules, times: Float64Array, windows: GroupWindows): GroupStates {
  const { outcomes, values, lastPoints, errors, refine } = windows;
  const states = new Uint8Array(times.length);
  const [changes, waiting]: [number[], number[]] = [[], []];
  const judge = judgeOf(rules.comparator, rules.thresholds);
  const limits = Object.values(rules.thresholds).filter((limit) => limit !== undefined);
  const isOrdered = rules.comparator !== '==' && rules.comparator !== '!=';
  const machine = new StateMachine(rules, judge);
  for (let at = 0; at < times.length; at += 1) {
    const before = machine.state;
    if (isOrdered && machine.isSteady && at % BLOCK_LENGTH === 0) {
      const end = steadyEnd(judge, before, windows, at);
      states.fill(before, at, end);
      at = end;
      if (at === times.length) break;
    }
    const outcome = outcomes[at] ?? EMPTY;
    let value = values[at] ?? Number.NaN;
    if (errors > 0 && isNear(limits, value, errors)) value = refine(at);
    // Most evaluations have a value, and nothing else to remember.
    if (outcome === VALUE && machine.isSteady) machine.state = judge(value, before);
    else {
      machine.next(times[at] ?? 0, outcome, value, lastPoints[at] ?? Number.NaN);
      if (machine.isNew) waiting.push(at);
    }
    states[at] = machine.state;
    if (machine.state !== before) changes.push(at);
  }
  return { states, changes, waiting };
}

/**
 * Returns the end of the blocks from an evaluation on that leave a state as it is. The values that leave a state are a range,
 * so that the lowest and the highest decide about the others.
 */
function steadyEnd(judge: Judge, state: number, { blocks, errors }: GroupWindows, from: number): number {
  let block = from / BLOCK_LENGTH;
  for (; block < blocks.lows.length; block += 1) {
    const [low, high] = [blocks.lows[block] ?? Number.NaN, blocks.highs[block] ?? Number.NaN];
    if (Number.isNaN(low)) break;
    if (judge(low - 2 * errors, state) !== state || judge(high + 2 * errors, state) !== state) break;
  }
  return block * BLOCK_LENGTH;
}

/** Returns the evaluations with another state than the one before. */
export function changesOf(states: Uint8Array): number[] {
  const changes: number[] = [];
  let before: number = NONE;
  for (let at = 0; at < states.length; at += 1) {
    const state = states[at] ?? NONE;
    if (state !== before) changes.push(at);
    before = state;
  }
  return changes;
}

function isNear(limits: readonly number[], value: number, distance: number): boolean {
  for (const limit of limits) if (Math.abs(value - limit) <= distance) return true;
  return false;
}

/** The memory of one group. */
class StateMachine {
  /** Whether the last evaluation was within the delay of a new group. */
  isNew = false;
  /** Whether the last evaluation had a value, after the delay of a new group. */
  isSteady = false;
  /** Index of STATES. */
  state: number = NONE;
  readonly #rules: StateRules;
  readonly #judge: Judge;
  /** The first evaluation with data, or NaN. UNIX seconds, as all times. */
  #seenS = Number.NaN;
  /** The first evaluation without data since the last one with data, or NaN. */
  #emptyS = Number.NaN;
  /** Whether the missing data has had its effect. */
  #isSettled = false;

  constructor(rules: StateRules, judge: Judge) {
    this.#rules = rules;
    this.#judge = judge;
  }

  /** Takes one evaluation into account. */
  next(nowS: number, outcome: number, value: number, lastPointS: number): void {
    const isEmpty = outcome === EMPTY;
    if (!isEmpty) {
      if (Number.isNaN(this.#seenS)) this.#seenS = nowS;
      this.#emptyS = Number.NaN;
      this.#isSettled = false;
    } else if (!Number.isNaN(this.#seenS) && Number.isNaN(this.#emptyS)) this.#emptyS = nowS;
    const { retentionS } = this.#rules;
    if (retentionS !== undefined && nowS >= this.#emptyS + retentionS) this.#forget();
    this.isNew = nowS < this.#seenS + this.#rules.newGroupDelayS;
    this.isSteady = outcome === VALUE && !this.isNew;
    if (this.isSteady) this.state = this.#judge(value, this.state);
    else if (isEmpty && !this.isNew && !Number.isNaN(this.#seenS)) this.#missData(nowS, lastPointS);
  }

  #missData(nowS: number, lastPointS: number): void {
    const { timeoutS, missingData, delayS, windowS } = this.#rules;
    if (timeoutS > 0 && nowS >= this.#emptyS + timeoutS && this.state >= NO_DATA) {
      this.#settle(OK);
      return;
    }
    if (this.#isSettled) return;
    if (missingData.kind === 'legacy') {
      const { timeFrameS } = missingData;
      if (lastPointS < nowS - delayS - Math.max(timeFrameS, windowS)) this.#settle(NO_DATA);
      return;
    }
    if (this.state === NONE || missingData.kind === 'keep') return;
    if (missingData.kind === 'zero') this.state = this.#judge(0, this.state);
    else this.#settle(missingData.kind === 'resolve' ? OK : NO_DATA);
  }

  #settle(state: number): void {
    this.state = state;
    this.#isSettled = true;
  }

  #forget(): void {
    this.state = NONE;
    this.#seenS = Number.NaN;
    this.#emptyS = Number.NaN;
    this.#isSettled = false;
  }
}
