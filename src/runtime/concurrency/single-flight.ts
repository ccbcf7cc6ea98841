/**
 * Returns a function that starts `work`, or returns the run in progress, so that concurrent callers share one run and its
 * outcome. Nothing is cached: the next call after the end of a run starts a new one. Calls with different keys do not share.
 */
export function singleFlight<Args extends readonly unknown[], Result>(
  work: (...args: Args) => Promise<Result>,
  keyOf: (...args: Args) => string = () => '',
): (...args: Args) => Promise<Result> {
  const runs = new Map<string, Promise<Result>>();
  return (...args) => {
    const key = keyOf(...args);
    const current = runs.get(key);
    if (current) return current;
    const run = work(...args).finally(() => runs.delete(key));
    runs.set(key, run);
    return run;
  };
}
