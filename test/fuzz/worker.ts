import { once } from 'node:events';
import { writeSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { fuzzCase } from './fuzz-case.ts';
import { type Job, jobSchema, type Report } from './messages.ts';
import { runCase } from './run-case.ts';
import { loadSeedObjects, type SeedObjects } from './seed-objects.ts';
import type { CreateTarget, Target } from './target.ts';

/** A process that executes cases in sequence. The argument is the module of the target. Its parent supervises it. */

let carriedOut = 0;

async function work(job: Job, target: Target, objects: SeedObjects, watched: Int32Array): Promise<void> {
  watched[1] = job.stuckMs;
  for (const id of job.ids) {
    report({ at: id });
    const input = job.input ?? fuzzCase(job.seed, id, objects).input;
    Atomics.add(watched, 0, 1);
    const seen = await runCase(id, withoutUndefined(input), target);
    Atomics.add(watched, 0, 1);
    carriedOut += 1;
    report({ seen });
  }
  // Single inputs are executed often and without a memory check.
  if (!job.input) global.gc?.();
  const { heapUsed, external, rss } = process.memoryUsage();
  report({ done: { cases: carriedOut, heapBytes: heapUsed + external, rssBytes: rss } });
}

type Input = NonNullable<Job['input']>;

function withoutUndefined({ before, ...input }: Input) {
  return before === undefined ? input : { ...input, before };
}

function report(message: Report): void {
  process.send?.(message);
}

const [, , modulePath = ''] = process.argv;
const { createTarget }: { createTarget: CreateTarget } = await import(modulePath);
const watched = new Int32Array(new SharedArrayBuffer(8));
const watchdog = new Worker(new URL('./watchdog.ts', import.meta.url), { workerData: watched });
watchdog.on('error', (error) => writeSync(2, `${String(error)}\n`));
// Waits for the watchdog, because a case may hang at once.
await once(watchdog, 'message');
watchdog.unref();
const objects = await loadSeedObjects();
const target = createTarget();
let working = Promise.resolve();
process.on('message', (message) => {
  working = working.then(() => work(jobSchema.parse(message), target, objects, watched));
});
process.on('disconnect', () => process.exit());
report({ ready: true });
