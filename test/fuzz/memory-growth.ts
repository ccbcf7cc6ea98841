import type { Fault, MemorySample } from './messages.ts';

/** Maximum average growth (bytes) per case. A warm process without a leak stays far below. */
const MAX_BYTES_PER_CASE = 2048;
/** Total growth (bytes) that caches and compiled code can explain. */
const MIN_GROWTH = 8 * 2 ** 20;
const MIN_SAMPLES = 8;

/** Returns the growth of the heap (bytes per case) after garbage collection: the slope of the samples after the first quarter. */
export function bytesPerCase(samples: readonly MemorySample[]): number | undefined {
  const warm = samples.slice(Math.floor(samples.length / 4));
  if (warm.length < MIN_SAMPLES) return undefined;
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const cases = warm.map((sample) => sample.cases);
  const heap = warm.map((sample) => sample.heapBytes);
  const [meanCases, meanHeap] = [mean(cases), mean(heap)];
  const covariance = cases.reduce((sum, x, at) => sum + (x - meanCases) * ((heap[at] ?? 0) - meanHeap), 0);
  const variance = cases.reduce((sum, x) => sum + (x - meanCases) ** 2, 0);
  return variance === 0 ? undefined : covariance / variance;
}

/** Returns a fault if the heap grows with the number of cases; undefined if it does not, or with too few samples. */
export function memoryGrowth(samples: readonly MemorySample[]): Fault | undefined {
  const growth = bytesPerCase(samples);
  const cases = (samples.at(-1)?.cases ?? 0) - (samples[0]?.cases ?? 0);
  if (growth === undefined || growth < MAX_BYTES_PER_CASE || growth * cases < MIN_GROWTH) return undefined;
  return {
    kind: 'memory_growth',
    signature: 'heap after garbage collection',
    detail: `${Math.round(growth)} bytes a case over ${cases} cases`,
  };
}
