import type { Deadline } from '../domain/deadline.ts';
import { ProblemError } from '../domain/problem.ts';

/** A mutex per key. Waiters acquire it in the order of their calls. */
export interface KeyLock {
  /** Runs `work` while holding the mutex of `name`. Throws `deadline_exceeded` if it is not acquired in time. */
  run<T>(name: string, deadline: Deadline, work: () => Promise<T>): Promise<T>;
}

/** Creates an in-process lock. This is sufficient because one process serves an application. */
export function createKeyLock(): KeyLock {
  const last = new Map<string, Promise<void>>();
  return {
    async run(name, deadline, work) {
      const before = last.get(name) ?? Promise.resolve();
      const { promise: mine, resolve: release } = Promise.withResolvers<void>();
      const released = before.then(() => mine);
      last.set(name, released);
      try {
        await inTime(before, deadline);
        return await work();
      } finally {
        release();
        if (last.get(name) === released) last.delete(name);
      }
    },
  };
}

async function inTime(acquired: Promise<void>, { signal }: Deadline): Promise<void> {
  const { promise: passed, reject } = Promise.withResolvers<never>();
  const onAbort = () =>
    reject(
      new ProblemError(
        'deadline_exceeded',
        'The deadline passed while another write to the same key was in progress.',
      ),
    );
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    await Promise.race([acquired, passed]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
