import type { Deadline } from '../domain/deadline.ts';
import { ProblemError } from '../domain/problem.ts';

/** Lets so many pieces of work run at once, and so many more wait: what work may cost together is bounded. */
export interface Turns {
  /**
   * Waits for a turn; whoever has one gives it back, and a second time changes nothing. Throws `busy` where too many wait already, `deadline_passed`
   * where the turn does not come in time.
   */
  take(deadline: Deadline): Promise<() => void>;
  /** How many wait now. */
  waiting(): number;
}

/** `what` says in a sentence's end what there is too much of. */
export function createTurns(atOnce: number, waiting: number, what: string): Turns {
  let free = atOnce;
  const queue: (() => void)[] = [];
  return {
    waiting: () => queue.length,
    async take({ signal }) {
      if (free > 0) free -= 1;
      else {
        if (queue.length >= waiting) {
          throw new ProblemError('busy', `Too much is under way already: ${what}.`, { retryAfter: 1 });
        }
        await turnIn(queue, signal);
      }
      let given = false;
      return () => {
        if (given) return;
        given = true;
        const next = queue.shift();
        if (next) next();
        else free += 1;
      };
    },
  };
}

async function turnIn(queue: (() => void)[], signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const onAbort = () => {
    const at = queue.indexOf(resolve);
    if (at >= 0) queue.splice(at, 1);
    reject(new ProblemError('deadline_passed', 'The deadline passed while others had their turn.'));
  };
  queue.push(resolve);
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    await promise;
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
