import { fuzzCase } from './fuzz-case.ts';
import { memoryGrowth } from './memory-growth.ts';
import type { MemorySample, Seen } from './messages.ts';
import type { SeedObjects } from './seed-objects.ts';
import { type SupervisedWorker, supervisedWorker, type WorkerOptions } from './supervised-worker.ts';
import { addFault, count, type Tally } from './tally.ts';

export interface WorkersOptions extends WorkerOptions {
  readonly seed: number;
  readonly objects: SeedObjects;
  readonly workers: number;
  /** Cases between two garbage collections. */
  readonly batch?: number;
  /** Returns the next ids, at most `count`; empty if none remain. */
  readonly next: (count: number) => readonly number[];
  readonly onSeen?: (seen: Seen) => void;
}

const BATCH = 100;

/** Executes cases in worker processes until none remain, and counts the results. Resolves with the costly cases. */
export async function runWorkers(options: WorkersOptions, tally: Tally): Promise<void> {
  await Promise.all(Array.from({ length: options.workers }, () => runWorker(options, tally)));
}

async function runWorker(options: WorkersOptions, tally: Tally): Promise<void> {
  const worker = supervisedWorker(options);
  let samples: MemorySample[] = [];
  const judgeMemory = () => {
    const growth = memoryGrowth(samples);
    if (growth) addFault(tally, growth, -1, {});
    samples = [];
  };
  try {
    for (;;) {
      const ids = options.next(options.batch ?? BATCH);
      if (ids.length === 0) break;
      const memory = await runBatch(worker, ids, options, tally);
      if (memory) samples.push(memory);
      else judgeMemory();
    }
    judgeMemory();
  } finally {
    worker.close();
  }
}

/** Executes a batch, in a new process after each case that hangs or kills the process. */
async function runBatch(
  worker: SupervisedWorker,
  batch: readonly number[],
  { seed, objects, onSeen }: WorkersOptions,
  tally: Tally,
): Promise<MemorySample | undefined> {
  let left = batch;
  for (;;) {
    const { seen, ended, memory } = await worker.run(seed, left);
    for (const one of seen) {
      count(tally, one);
      onSeen?.(one);
      for (const fault of one.faults) addFault(tally, fault, one.id, fuzzCase(seed, one.id, objects));
    }
    if (!ended) return left === batch ? memory : undefined;
    const one = fuzzCase(seed, ended.id, objects);
    // On a busy machine a costly case can look like a hang, so it is repeated alone in a new process.
    const again = ended.fault.kind === 'hang' ? await worker.probe(one.input) : { seen: [], ended };
    const seenAlone = again.seen[0];
    count(tally, seenAlone ?? { decoded: false, planned: false, outcome: ended.fault.kind });
    for (const fault of seenAlone?.faults ?? [again.ended?.fault ?? ended.fault])
      addFault(tally, fault, ended.id, one);
    left = left.slice(left.indexOf(ended.id) + 1);
    if (left.length === 0) return undefined;
  }
}
