import { callerKey, type Caller } from '../domain/caller.ts';
import { ProblemError } from '../domain/problem.ts';

/** The memory that one request has reserved. */
export interface Reservation {
  /** Reserves bytes on top of what is reserved. Throws `busy` where the budget, or the caller's share of it, is used up. */
  reserve(bytes: number): void;
  /** Releases everything; a second call changes nothing. */
  release(): void;
}

export type MemoryBudget = (caller: Pick<Caller, 'name' | 'auth'>) => Reservation;

/** Bounds the bytes that requests hold together, and those of one caller to half of that. `what` names what holds them. */
export function createMemoryBudget(maxBytes: number, what: string): MemoryBudget {
  const maxPerCaller = maxBytes / 2;
  const held = new Map<string, number>();
  let total = 0;
  return (caller) => {
    const key = callerKey(caller);
    let reserved = 0;
    return {
      reserve(bytes) {
        const own = held.get(key) ?? 0;
        if (total + bytes > maxBytes || own + bytes > maxPerCaller) {
          throw new ProblemError('busy', `Too much memory is in use by ${what}; retry after 1 s.`, {
            retryAfter: 1,
          });
        }
        held.set(key, own + bytes);
        total += bytes;
        reserved += bytes;
      },
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
