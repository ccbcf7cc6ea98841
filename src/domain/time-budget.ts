/** Limits the total time for which one task blocks the event loop, across all of its synchronous parts. */
export interface TimeBudget {
  /** Runs synchronous work. Throws OverBudget when the budget is used up; running work stops at its next `checkTimeBudget`. */
  run<T>(work: () => T): T;
  /** Runs asynchronous work that rarely waits, and counts its whole duration. Throws OverBudget if it took too long. */
  runAsync<T>(work: () => Promise<T>): Promise<T>;
}

/** Thrown when work exceeds its time budget and must be done in a separate process. */
export class OverBudget extends Error {
  constructor(maxMs: number) {
    super(`more than ${maxMs} ms of event-loop time`);
    this.name = 'OverBudget';
  }
}

/** The budget of the running work. Synchronous work runs one at a time. */
let check: (() => void) | undefined;

/** Creates a budget of `maxMs` milliseconds, measured by the monotonic clock `nowMs`. */
export function createTimeBudget(maxMs: number, nowMs: () => number): TimeBudget {
  let usedMs = 0;
  return {
    run(work) {
      const outer = check;
      const startedMs = nowMs();
      check = () => {
        if (usedMs + nowMs() - startedMs > maxMs) throw new OverBudget(maxMs);
      };
      try {
        check();
        return work();
      } finally {
        usedMs += nowMs() - startedMs;
        check = outer;
      }
    },
    async runAsync(work) {
      const startedMs = nowMs();
      const result = await work();
      usedMs += nowMs() - startedMs;
      if (usedMs > maxMs) throw new OverBudget(maxMs);
      return result;
    },
  };
}

/** Checks the budget between steps of long work, such as lint rules. Throws OverBudget. */
export function checkTimeBudget(): void {
  check?.();
}
