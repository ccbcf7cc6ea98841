import type { Clock } from './clock.ts';
import { ProblemError } from './problem.ts';

/** When a request must have been answered. Every hop passes on what is left. */
export interface Deadline {
  /** Milliseconds left; 0 when it has passed. */
  left(): number;
  /** Aborts when the deadline passes or the asker has gone. */
  readonly signal: AbortSignal;
}

/** A deadline with its timer, which whoever set it lets go of in the end. */
export interface OwnDeadline extends Deadline {
  close(): void;
}

/** A deadline `ms` from now. `gone` aborts it early (the caller hung up). */
export function deadlineAfter(ms: number, clock: Clock, gone?: AbortSignal): OwnDeadline {
  const end = clock.now() + ms;
  const controller = new AbortController();
  const abort = () => controller.abort();
  // Not AbortSignal.timeout: it would hold on to every request until its deadline, long after its answer.
  const timer = setTimeout(abort, Math.max(0, Math.ceil(ms))).unref();
  gone?.addEventListener('abort', abort, { once: true });
  if (gone?.aborted) abort();
  return {
    left: () => Math.max(0, end - clock.now()),
    signal: controller.signal,
    close() {
      clearTimeout(timer);
      gone?.removeEventListener('abort', abort);
    },
  };
}

/** Throws the `deadline_exceeded` problem when nothing is left. */
export function requireTime(deadline: Deadline, doing: string): void {
  if (deadline.left() === 0 || deadline.signal.aborted) {
    throw new ProblemError('deadline_exceeded', `The deadline passed while ${doing}.`);
  }
}
