/** Work that can pause: it yields between its steps, and returns its result. */
export type Steps<Result> = Generator<void, Result, void>;

/** How long (ms) work keeps the event loop before other requests run. */
const MAX_TURN_MS = 5;

/** Runs all steps without a pause. */
export function runAtOnce<Result>(steps: Steps<Result>): Result {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

/** Runs steps and lets other requests run every few milliseconds. */
export async function runThrottled<Result>(
  steps: Steps<Result>,
  nowMs: () => number = () => performance.now(),
  nextTurn: () => Promise<void> = eventLoopTurn,
): Promise<Result> {
  let startedMs = nowMs();
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
    if (nowMs() - startedMs < MAX_TURN_MS) continue;
    await nextTurn();
    startedMs = nowMs();
  }
}

function eventLoopTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
