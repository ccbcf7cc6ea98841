/** Work in steps: a generator that yields between steps and returns the result. */
export type Steps<Result> = Generator<void, Result, void>;

/** Maximum time (ms) that work blocks the event loop before other requests run. */
const MAX_SLICE_MS = 5;

/** Runs all steps without yielding to the event loop. */
export function runAtOnce<Result>(steps: Steps<Result>): Result {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

/** Runs steps and yields to the event loop every few milliseconds. */
export async function runThrottled<Result>(
  steps: Steps<Result>,
  nowMs: () => number = () => performance.now(),
  yieldToEventLoop: () => Promise<void> = nextMacrotask,
): Promise<Result> {
  let startedMs = nowMs();
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
    if (nowMs() - startedMs < MAX_SLICE_MS) continue;
    await yieldToEventLoop();
    startedMs = nowMs();
  }
}

function nextMacrotask(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
