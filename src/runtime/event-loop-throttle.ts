/** Waits until an iteration of the event loop has capacity for one more piece of work. */
export type Throttle = () => Promise<void>;

/**
 * Lets at most `max` pieces of work start in each iteration of the event loop, in the order of their requests. Otherwise many
 * pieces that become ready at once would delay unrelated requests.
 */
export function createThrottle(max: number): Throttle {
  const waiting: (() => void)[] = [];
  let left = max;
  let due = false;
  function startNext(): void {
    due = false;
    const started = waiting.splice(0, max);
    left = max - started.length;
    for (const start of started) start();
    if (started.length > 0) schedule();
  }
  function schedule(): void {
    if (!due) setImmediate(startNext);
    due = true;
  }
  return async () => {
    schedule();
    if (left > 0) left -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
  };
}
