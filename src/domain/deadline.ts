import type { Clock } from './clock.ts';
import { ProblemError } from './problem.ts';

/** When a request must have been answered. Every hop passes on what is left. */
export interface Deadline {
  /** Milliseconds left; 0 when it has passed. */
  left(): number;
  /** Aborts when the deadline passes or the asker has gone. */
  readonly signal: AbortSignal;
}

/** A deadline `ms` from now. `gone` aborts it early (the caller hung up). */
export function deadlineAfter(ms: number, clock: Clock, gone?: AbortSignal): Deadline {
  const end = clock.now() + ms;
  const timeout = AbortSignal.timeout(Math.max(0, Math.ceil(ms)));
  return {
    left: () => Math.max(0, end - clock.now()),
    signal: gone ? AbortSignal.any([timeout, gone]) : timeout,
  };
}

/** Throws the `deadline_passed` problem when nothing is left. */
export function requireTime(deadline: Deadline, doing: string): void {
  if (deadline.left() === 0 || deadline.signal.aborted) {
    throw new ProblemError('deadline_passed', `The deadline passed while ${doing}.`);
  }
}
