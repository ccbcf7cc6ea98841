/** Bounds how long one piece of work keeps the event loop, across all of its synchronous parts. */
export interface TimeBudget {
  /** Runs synchronous work. Throws OverBudget where the budget is used up; work under way ends at its next `checkTimeBudget`. */
  run<T>(work: () => T): T;
  /** Runs work that has to wait for little else, and counts all of its time. Throws OverBudget when it ends too late. */
  runAsync<T>(work: () => Promise<T>): Promise<T>;
}

/** Thrown where work has used its time budget: it has to be done in a process of its own. */
export class OverBudget extends Error {
  constructor(maxMs: number) {
    super(`more than ${maxMs} ms of event-loop time`);
    this.name = 'OverBudget';
  }
}

/** The budget of the work that runs now. It is synchronous, so that at most one runs at a time. */
let check: (() => void) | undefined;

/** Creates a budget of `maxMs` milliseconds by `nowMs`, a clock that never goes back. */
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

/** Called between steps of work that can take long, such as the rules of lint. Throws OverBudget. */
export function checkTimeBudget(): void {
  check?.();
}
