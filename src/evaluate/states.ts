import type { Comparator, StateRules, Thresholds } from './condition.ts';
import { EMPTY, type GroupWindows, VALUE } from './window-values.ts';

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

/** Returns the state that follows from a value and the state before. */
function stateOf(comparator: Comparator, thresholds: Thresholds, value: number, before: number): number {
  const { critical, warning, criticalRecovery, warningRecovery } = thresholds;
  const [holds, recovers] = [HOLDS[comparator], RECOVERS[comparator]];
  if (holds(value, critical)) return ALERT;
  if (before === ALERT && criticalRecovery !== undefined && !recovers(value, criticalRecovery)) return ALERT;
  if (warning === undefined) return OK;
  if (holds(value, warning)) return WARN;
  return before === WARN && warningRecovery !== undefined && !recovers(value, warningRecovery) ? WARN : OK;
}

/** The states of one group, by evaluation. */
export interface GroupStates {
  /** Indexes of STATES. */
  readonly states: Uint8Array;
  /** 1 at evaluations that a new group waits for. */
  readonly isNew: Uint8Array;
}

/** Returns the states of one group, in time linear in the number of evaluations. `times` are UNIX seconds. */
export function groupStates(rules: StateRules, times: Float64Array, windows: GroupWindows): GroupStates {
  const states = new Uint8Array(times.length);
  const isNew = new Uint8Array(times.length);
  const machine = new StateMachine(rules);
  for (let at = 0; at < times.length; at += 1) {
    states[at] = machine.next(
      times[at] ?? 0,
      windows.outcomes[at] ?? EMPTY,
      windows.values[at] ?? Number.NaN,
      windows.lastPoints[at] ?? Number.NaN,
    );
    isNew[at] = machine.isNew ? 1 : 0;
  }
  return { states, isNew };
}

/** The memory of one group. */
class StateMachine {
  /** Whether the last evaluation was within the delay of a new group. */
  isNew = false;
  readonly #rules: StateRules;
  #state: number = NONE;
  /** The first evaluation with data, or NaN. UNIX seconds, as all times. */
  #seenS = Number.NaN;
  /** The first evaluation without data since the last one with data, or NaN. */
  #emptyS = Number.NaN;
  /** Whether the missing data has had its effect. */
  #isSettled = false;

  constructor(rules: StateRules) {
    this.#rules = rules;
  }

  /** Returns the state after an evaluation. */
  next(nowS: number, outcome: number, value: number, lastPointS: number): number {
    const isEmpty = outcome === EMPTY;
    if (!isEmpty) {
      if (Number.isNaN(this.#seenS)) this.#seenS = nowS;
      this.#emptyS = Number.NaN;
      this.#isSettled = false;
    } else if (!Number.isNaN(this.#seenS) && Number.isNaN(this.#emptyS)) this.#emptyS = nowS;
    const { retentionS } = this.#rules;
    if (retentionS !== undefined && nowS >= this.#emptyS + retentionS) this.#forget();
    this.isNew = nowS < this.#seenS + this.#rules.newGroupDelayS;
    if (Number.isNaN(this.#seenS) || this.isNew) return this.#state;
    if (outcome === VALUE) this.#evaluate(value);
    else if (isEmpty) this.#missData(nowS, lastPointS);
    return this.#state;
  }

  #evaluate(value: number): void {
    const { comparator, thresholds } = this.#rules;
    this.#state = stateOf(comparator, thresholds, value, this.#state);
  }

  #missData(nowS: number, lastPointS: number): void {
    const { timeoutS, missingData, delayS, windowS } = this.#rules;
    if (timeoutS > 0 && nowS >= this.#emptyS + timeoutS && this.#state >= NO_DATA) {
      this.#settle(OK);
      return;
    }
    if (this.#isSettled) return;
    if (missingData.kind === 'legacy') {
      const { timeFrameS } = missingData;
      if (lastPointS < nowS - delayS - Math.max(timeFrameS, windowS)) this.#settle(NO_DATA);
      return;
    }
    if (this.#state === NONE || missingData.kind === 'keep') return;
    if (missingData.kind === 'zero') this.#evaluate(0);
    else this.#settle(missingData.kind === 'resolve' ? OK : NO_DATA);
  }

  #settle(state: number): void {
    this.#state = state;
    this.#isSettled = true;
  }

  #forget(): void {
    this.#state = NONE;
    this.#seenS = Number.NaN;
    this.#emptyS = Number.NaN;
    this.#isSettled = false;
  }
}
