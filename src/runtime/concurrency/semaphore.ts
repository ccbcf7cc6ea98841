import { callerKey, type Caller } from '../../domain/caller.ts';
import type { Deadline } from '../../domain/deadline.ts';
import { ProblemError } from '../../domain/problem.ts';

/** Bounds how many pieces of work run at once, and how many wait. Callers are served in rotation. */
export interface Semaphore {
  /**
   * Waits for a slot and returns its release, which may be called more than once. Throws `busy` where too many wait
   * already, or where no slot became free before the deadline.
   */
  acquire(caller: Pick<Caller, 'name' | 'auth'>, deadline: Pick<Deadline, 'signal'>): Promise<() => void>;
  /** How many requests wait now. */
  waiting(): number;
}

export interface SemaphoreLimits {
  readonly maxConcurrent: number;
  readonly maxConcurrentPerCaller?: number;
  readonly maxWaiting: number;
  readonly maxWaitingPerCaller?: number;
}

/** Seconds after which a request that was refused may try again. */
const RETRY_AFTER = 1;

interface Queue {
  running: number;
  readonly waiting: (() => void)[];
}

/** Creates a semaphore. `what` names the bounded work in the problem: "large documents in progress". */
export function createSemaphore(limits: SemaphoreLimits, what: string): Semaphore {
  const { maxConcurrent, maxWaiting } = limits;
  const { maxConcurrentPerCaller = maxConcurrent, maxWaitingPerCaller = maxWaiting } = limits;
  const queues = new Map<string, Queue>();
  let running = 0;
  let waiting = 0;

  /** Gives free slots to the callers that were served longest ago. */
  function dispatch(): void {
    for (const [key, queue] of queues) {
      if (running >= maxConcurrent) return;
      if (queue.running >= maxConcurrentPerCaller) continue;
      const start = queue.waiting.shift();
      if (!start) continue;
      // To the end of the rotation.
      queues.delete(key);
      queues.set(key, queue);
      running += 1;
      queue.running += 1;
      waiting -= 1;
      start();
    }
  }

  function releaseOf(key: string, queue: Queue): () => void {
    let released = false;
    return () => {
      if (released) return;
      released = true;
      running -= 1;
      queue.running -= 1;
      forget(key, queue);
      dispatch();
    };
  }

  function forget(key: string, queue: Queue): void {
    if (queue.running === 0 && queue.waiting.length === 0) queues.delete(key);
  }

  return {
    waiting: () => waiting,
    async acquire(caller, { signal }) {
      const key = callerKey(caller);
      const queue = queues.get(key) ?? { running: 0, waiting: [] };
      const free = running < maxConcurrent && queue.running < maxConcurrentPerCaller;
      if (!free && (waiting >= maxWaiting || queue.waiting.length >= maxWaitingPerCaller)) {
        throw new ProblemError('busy', `Too many ${what}; retry after ${RETRY_AFTER} s.`, {
          retryAfter: RETRY_AFTER,
        });
      }
      queues.set(key, queue);
      if (free) {
        running += 1;
        queue.running += 1;
        return releaseOf(key, queue);
      }
      waiting += 1;
      await slot(queue, signal).catch((error: unknown) => {
        waiting -= 1;
        forget(key, queue);
        throw new ProblemError('busy', `Too many ${what}: no slot became free before the deadline.`, {
          retryAfter: RETRY_AFTER,
          cause: error,
        });
      });
      return releaseOf(key, queue);
    },
  };
}

/** Resolves when the slot is given. Rejects when the signal aborts first. */
function slot({ waiting }: Queue, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const start = () => {
    signal.removeEventListener('abort', onAbort);
    resolve();
  };
  const onAbort = () => {
    waiting.splice(waiting.indexOf(start), 1);
    reject(signal.reason);
  };
  waiting.push(start);
  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort, { once: true });
  return promise;
}
