import { setTimeout as wait } from 'node:timers/promises';

/** The result of polling: the latency (ms) of the slowest answer, and the number of unanswered polls. */
export interface Polled {
  readonly slowestMs: number;
  readonly failed: number;
}

const INTERVAL_MS = 50;

/** Polls `/healthz` at each address every 50 ms, one poll at a time per address, until the returned function is called. */
export function pollHealth(urls: readonly string[]): () => Promise<Polled> {
  const stop = new AbortController();
  let slowestMs = 0;
  let failed = 0;
  const poll = async (url: string) => {
    while (!stop.signal.aborted) {
      const begun = performance.now();
      const answered = await fetch(`${url}/healthz`).then(
        ({ status }) => status === 200,
        () => false,
      );
      slowestMs = Math.max(slowestMs, performance.now() - begun);
      if (!answered) failed += 1;
      await wait(INTERVAL_MS);
    }
  };
  const polls = urls.map(poll);
  return async () => {
    stop.abort();
    await Promise.all(polls);
    return { slowestMs, failed };
  };
}
