import { callerKey, type Caller } from '../../domain/caller.ts';
import { ProblemError } from '../../domain/problem.ts';

/** The memory that one request has reserved. */
export interface Reservation {
  /** Reserves more bytes. Throws `busy` if the budget or the caller's share of it is exceeded. */
  reserve(bytes: number): void;
  /** Counts bytes that are in use already, also beyond the budget: then `reserve` throws. */
  count(bytes: number): void;
  /** Releases all reserved bytes. Later calls do nothing. */
  release(): void;
}

export type MemoryBudget = (caller: Pick<Caller, 'name' | 'auth'>) => Reservation;

/** Creates a budget of bytes for all requests; one caller may use half of it. `what` names the holders in the problem. */
export function createMemoryBudget(maxBytes: number, what: string): MemoryBudget {
  const maxPerCaller = maxBytes / 2;
  const held = new Map<string, number>();
  let total = 0;
  return (caller) => {
    const key = callerKey(caller);
    let reserved = 0;
    const count = (bytes: number) => {
      held.set(key, (held.get(key) ?? 0) + bytes);
      total += bytes;
      reserved += bytes;
    };
    return {
      reserve(bytes) {
        const own = held.get(key) ?? 0;
        if (total + bytes > maxBytes || own + bytes > maxPerCaller) {
          throw new ProblemError('busy', `Too much memory is in use by ${what}; retry after 1 s.`, {
            retryAfter: 1,
          });
        }
        count(bytes);
      },
      count,
      release() {
        const own = (held.get(key) ?? 0) - reserved;
        if (own > 0) held.set(key, own);
        else held.delete(key);
        total -= reserved;
        reserved = 0;
      },
    };
  };
}
