import type { Lane } from '../domain/caller.ts';
import type { Clock } from '../domain/clock.ts';
import type { ProblemCode, ProblemError } from '../domain/problem.ts';

/** Tracks the outcomes of recent Datadog calls, for metrics and incidents. */
export interface DatadogHealth {
  /** Counts a retry. The reason is the HTTP status, or `connection` when no response arrived. */
  retried(reason: string): void;
  /** Records that a call that requires both keys succeeded. */
  keysAccepted(): void;
  /** Records a failed call. A call of the background lane leaves a part of each limit to others, so being refused is no incident. */
  failed(problem: ProblemError, lane?: Lane): void;
  /** Returns the number of retries by reason. */
  retries(): ReadonlyMap<string, number>;
  /** Returns whether Datadog rejected the keys at the last call that checked them. */
  keysRefused(): boolean;
  /** Returns why Datadog is unavailable; undefined when the last call was answered. */
  unavailable(): string | undefined;
  /** Returns the number of calls abandoned because a rate limit allowed none before their deadline. */
  budgetRefusals(): number;
  /** Returns the time (epoch ms) of the last such call outside the background lane. */
  lastBudgetRefusalAt(): number | undefined;
}

/** A short deadline of the caller also counts; the next probe corrects the state. */
const UNAVAILABLE_CODES: readonly ProblemCode[] = [
  'datadog_unavailable',
  'datadog_failed',
  'deadline_exceeded',
];

/** Creates a health record that starts healthy. */
export function createHealth(clock: Clock): DatadogHealth {
  const retries = new Map<string, number>();
  let refused = false;
  let unavailable: string | undefined;
  let budgetRefusals = 0;
  let lastBudgetRefusalAt: number | undefined;
  return {
    retried: (reason) => void retries.set(reason, (retries.get(reason) ?? 0) + 1),
    keysAccepted() {
      refused = false;
      unavailable = undefined;
    },
    failed({ code, message }, lane) {
      if (code === 'datadog_keys_refused') refused = true;
      if (UNAVAILABLE_CODES.includes(code)) unavailable = message;
      if (code !== 'rate_limited') return;
      budgetRefusals += 1;
      if (lane !== 'background') lastBudgetRefusalAt = clock.now();
    },
    retries: () => retries,
    keysRefused: () => refused,
    unavailable: () => unavailable,
    budgetRefusals: () => budgetRefusals,
    lastBudgetRefusalAt: () => lastBudgetRefusalAt,
  };
}
