import type { Clock } from './clock.ts';
import { ProblemError } from './problem.ts';

/** The time by which a request must be answered. The remaining time is passed on to upstreams. */
export interface Deadline {
  /** Returns the remaining milliseconds; 0 after the deadline. */
  left(): number;
  /** Aborts when the deadline passes or the caller disconnects. */
  readonly signal: AbortSignal;
}

/** A deadline with its timer. Its creator must close it. */
export interface OwnDeadline extends Deadline {
  close(): void;
}

/** Creates a deadline `ms` from now. `gone` aborts it early (the caller disconnected). */
export function deadlineAfter(ms: number, clock: Clock, gone?: AbortSignal): OwnDeadline {
  const end = clock.monotonic() + ms;
  const controller = new AbortController();
  const abort = () => controller.abort();
  // Not AbortSignal.timeout: it would keep every request in memory until its deadline, long after the response.
  const timer = setTimeout(abort, Math.max(0, Math.ceil(ms))).unref();
  gone?.addEventListener('abort', abort, { once: true });
  if (gone?.aborted) abort();
  return {
    left: () => Math.max(0, end - clock.monotonic()),
    signal: controller.signal,
    close() {
      clearTimeout(timer);
      gone?.removeEventListener('abort', abort);
    },
  };
}

/** Throws the `deadline_exceeded` problem if no time is left. */
export function requireTime(deadline: Deadline, doing: string): void {
  if (deadline.left() === 0 || deadline.signal.aborted) {
    throw new ProblemError('deadline_exceeded', `The deadline passed while ${doing}.`);
  }
}
