import type { Steps } from '../../domain/steps.ts';

/** Maximum time (ms) that work blocks the event loop before other requests run. */
const MAX_SLICE_MS = 5;

/** Runs steps and yields to the event loop every few milliseconds. */
export async function runThrottled<Result>(
  steps: Steps<Result>,
  nowMs: () => number = () => performance.now(),
  yieldToEventLoop: () => Promise<void> = nextIteration,
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

function nextIteration(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Waits until an iteration of the event loop has capacity for one more piece of work. */
export type Throttle = () => Promise<void>;

/**
 * Creates a throttle that lets at most `max` pieces of work start in each iteration of the event loop, in the order of their
 * requests. Otherwise many pieces that become ready at once would delay unrelated requests.
 */
export function createThrottle(max: number): Throttle {
  const waiting: (() => void)[] = [];
  let free = max;
  let scheduled = false;
  function startNext(): void {
    scheduled = false;
    const started = waiting.splice(0, max);
    free = max - started.length;
    for (const start of started) start();
    if (started.length > 0) schedule();
  }
  function schedule(): void {
    if (!scheduled) setImmediate(startNext);
    scheduled = true;
  }
  return async () => {
    schedule();
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
  };
}
