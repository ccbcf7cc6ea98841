import { ProblemError } from '../domain/problem.ts';

/** The bytes that one request holds, of those that all may hold together. */
export interface Share {
  /** Throws `busy` where all together would hold too many. */
  take(bytes: number): void;
  /** Gives back all that was taken; a second time changes nothing. */
  giveBack(): void;
}

/** Bounds the bytes that requests hold together. Gives a share to each. `what` says in a sentence what is held too much of. */
export function createHeldBytes(most: number, what: string): () => Share {
  let held = 0;
  return () => {
    let mine = 0;
    return {
      take(bytes) {
        if (held + bytes > most) {
          throw new ProblemError('busy', `Too much is under way already: ${what}`, { retryAfter: 1 });
        }
        held += bytes;
        mine += bytes;
      },
      giveBack() {
        held -= mine;
        mine = 0;
      },
    };
  };
}
