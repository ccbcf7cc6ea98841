import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Worker } from 'node:worker_threads';
import { FILLS } from './doubling/fragments.ts';
import { superlinear } from './doubling/measure.ts';
import type { Told, Work } from './doubling/worker.ts';

/** A case that reports nothing for this time (ms) counts as hanging. */
const STALLED_MS = 120_000;

/**
 * `DOUBLING=all` tries each field with each fill, `DOUBLING=10` with ten fills, both in every position. `DOUBLING_ONLY`
 * selects the fields whose name contains a text, and `DOUBLING_SEED` selects other fills.
 */
const { DOUBLING, DOUBLING_ONLY = '', DOUBLING_SEED = '1' } = process.env;
const WORK: Omit<Work, 'from'> = {
  seed: Number(DOUBLING_SEED),
  only: DOUBLING_ONLY,
  isEveryPosition: DOUBLING !== undefined,
  fillsPerField: DOUBLING === 'all' ? FILLS.length : Number(DOUBLING ?? 1),
};

/** Runs the cases in a thread. Ends the thread if a case hangs, and continues with the next case. */
async function failures(): Promise<{ failed: string[]; done: Told & { kind: 'done' } }> {
  const failed: string[] = [];
  const fail = (name: string, words: string) => {
    failed.push(`${name}: ${words}`);
    process.stderr.write(`${name}: ${words}\n`);
  };
  for (let from = 0; ; ) {
    const { promise, resolve, reject } = Promise.withResolvers<(Told & { kind: 'done' }) | undefined>();
    const worker = new Worker(new URL('doubling/worker.ts', import.meta.url), {
      workerData: { ...WORK, from },
      // A large young generation, because a garbage collection within a case would distort the ratio.
      resourceLimits: { maxYoungGenerationSizeMb: 512, maxOldGenerationSizeMb: 4096 },
    });
    let current = '';
    const stop = () => resolve(undefined);
    let stalled = setTimeout(stop, STALLED_MS);
    worker.on('error', reject);
    worker.on('message', (message: Told) => {
      clearTimeout(stalled);
      stalled = setTimeout(stop, STALLED_MS);
      if (message.kind === 'done') resolve(message);
      else if (message.kind === 'begin') current = message.name;
      else {
        fail(message.name, message.words ?? '');
      }
    });
    const done = await promise.finally(() => clearTimeout(stalled));
    await worker.terminate();
    if (done) return { failed, done };
    fail(current, `no end after ${STALLED_MS / 1000} s`);
    from = Number.parseInt(current, 10);
  }
}

it('twice the text costs at most 2.6 times the CPU time, in each text field of each operation', {
  timeout: 24 * 3_600_000,
}, async (t) => {
  const { failed, done } = await failures();
  t.diagnostic(`${done.cases} cases, ${done.fields} fields, ${done.fills} of ${FILLS.length} fills`);
  assert.deepEqual(failed, []);
  if (DOUBLING_ONLY === '') assert.equal(done.fills, FILLS.length);
});

it('reports work that is quadratic in the text, but not work that is linear', async () => {
  const work = (steps: (length: number) => number) => ({
    name: 'work',
    maxUnits: 16 * 1024,
    prepare: async (text: string) => async () => {
      let sum = 0;
      for (let at = 0; at < steps(text.length); at += 1) sum = (sum + at) | 0;
      return sum;
    },
  });
  const fill = (units: number) => 'a'.repeat(units);
  assert.ok(
    await superlinear(
      work((length) => length ** 2),
      fill,
    ),
  );
  assert.equal(
    await superlinear(
      work((length) => 10_000 * length),
      fill,
    ),
    undefined,
  );
});
