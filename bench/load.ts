import { performance } from 'node:perf_hooks';

export interface Measured {
  readonly requests: number;
  /** Requests per second. */
  readonly rate: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
}

/** Sends `requests` with limited `concurrency`. `send` gets the number of the request and rejects if it fails. */
export async function load(
  requests: number,
  concurrency: number,
  send: (n: number) => Promise<void>,
): Promise<Measured> {
  const took: number[] = [];
  let next = 0;
  const begun = performance.now();
  const worker = async () => {
    while (next < requests) {
      const n = next;
      next += 1;
      const at = performance.now();
      await send(n);
      took.push(performance.now() - at);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  const seconds = (performance.now() - begun) / 1000;
  return { requests, rate: requests / seconds, p50: quantile(took, 0.5), p99: quantile(took, 0.99) };
}

/** Returns the quantile of sorted values; NaN without values. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
