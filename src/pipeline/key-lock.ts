import type { Deadline } from '../domain/deadline.ts';
import { ProblemError } from '../domain/problem.ts';

/** Lets one piece of work at a time touch a name; the others wait their turn, first come first served. */
export interface KeyLock {
  /** Runs `work` alone under `name`. Throws `deadline_exceeded` where the turn does not come in time. */
  run<T>(name: string, deadline: Deadline, work: () => Promise<T>): Promise<T>;
}

/** A lock within this process: one process serves an application, so that is enough. */
export function createKeyLock(): KeyLock {
  const last = new Map<string, Promise<void>>();
  return {
    async run(name, deadline, work) {
      const before = last.get(name) ?? Promise.resolve();
      const { promise: mine, resolve: release } = Promise.withResolvers<void>();
      const turn = before.then(() => mine);
      last.set(name, turn);
      try {
        await inTime(before, deadline);
        return await work();
      } finally {
        release();
        if (last.get(name) === turn) last.delete(name);
      }
    },
  };
}

async function inTime(turn: Promise<void>, { signal }: Deadline): Promise<void> {
  const { promise: passed, reject } = Promise.withResolvers<never>();
  const onAbort = () =>
    reject(
      new ProblemError('deadline_exceeded', 'The deadline passed while another write to the same key ran.'),
    );
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    await Promise.race([turn, passed]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
