import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Worker } from 'node:worker_threads';
import { FILLS } from './doubling/fragments.ts';
import { type Cost, superlinearGrowth } from '../growth.ts';
import { superlinear } from './doubling/measure.ts';
import type { Told, Work } from './doubling/worker.ts';

/** A case that uses this much CPU time (ms) without a message hangs. Time alone says little on a busy machine. */
const HANGING_CPU_MS = 100_000;
/** A case without a message for this time (ms) waits for something that does not come. */
const HANGING_MS = 900_000;
const CHECK_MS = 2000;
/** Growth that is not linear counts if a new thread finds it again, this many times in turn. */
const CONFIRMATIONS = 2;

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

interface Outcome {
  readonly failed: readonly string[];
  /** The cases whose CPU time is not linear in the text, by number. */
  readonly grown: ReadonlyMap<number, string>;
  readonly done: Told & { kind: 'done' };
}

/** Runs the cases in a thread. Ends the thread if a case hangs, and continues with the next case. */
async function runCases(numbers?: readonly number[]): Promise<Outcome> {
  const failed: string[] = [];
  const grown = new Map<number, string>();
  for (let from = 0; ; ) {
    const { promise, resolve, reject } = Promise.withResolvers<(Told & { kind: 'done' }) | undefined>();
    const worker = new Worker(new URL('doubling/worker.ts', import.meta.url), {
      workerData: { ...WORK, from, ...(numbers ? { numbers } : {}) },
      // A large young generation, because a garbage collection within a case would distort the ratio.
      resourceLimits: { maxYoungGenerationSizeMb: 512, maxOldGenerationSizeMb: 4096 },
    });
    let current = { number: from, name: '' };
    let used = process.cpuUsage();
    let since = performance.now();
    const check = setInterval(() => {
      const { user, system } = process.cpuUsage(used);
      const isHanging = (user + system) / 1000 > HANGING_CPU_MS || performance.now() - since > HANGING_MS;
      if (isHanging) resolve(undefined);
    }, CHECK_MS);
    worker.on('error', reject);
    worker.on('message', (message: Told) => {
      used = process.cpuUsage();
      since = performance.now();
      if (message.kind === 'done') resolve(message);
      else if (message.kind === 'begin') current = message;
      else {
        const { kind, number, name, words } = message;
        process.stderr.write(`${name}: ${words}\n`);
        if (kind === 'growth') grown.set(number, `${name}: ${words}`);
        else failed.push(`${name}: ${words}`);
      }
    });
    const done = await promise.finally(() => clearInterval(check));
    await worker.terminate();
    if (done) return { failed, grown, done };
    failed.push(`${current.name}: no end after ${HANGING_CPU_MS / 1000} s of CPU time`);
    from = current.number;
  }
}

/** Runs all cases, and those whose CPU time was not linear again, each time in a new thread with an empty heap. */
async function failures(): Promise<{ failed: string[]; done: Told & { kind: 'done' } }> {
  const { failed, grown, done } = await runCases();
  let found = grown;
  const others = [...failed];
  for (let count = 0; count < CONFIRMATIONS && found.size > 0; count += 1) {
    const again = await runCases([...found.keys()]);
    others.push(...again.failed);
    found = again.grown;
  }
  return { failed: [...others, ...found.values()], done };
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
    maxUnits: 64 * 1024,
    prepare: async (text: string) => async () => {
      let sum = 0;
      for (let at = 0, count = steps(text.length); at < count; at += 1) sum = (sum + at) | 0;
      return sum;
    },
  });
  const fill = (units: number) => 'a'.repeat(units);
  assert.ok(
    await superlinear(
      work((length) => length ** 2 / 16),
      fill,
    ),
  );
  for (const cost of [300, 1000])
    assert.equal(
      await superlinear(
        work((length) => cost * length),
        fill,
      ),
      undefined,
    );
});

it('reports growth only if each measurement of two doublings shows it', async () => {
  const costs = (ms: (length: number, count: number) => number): Cost => {
    let count = 0;
    return async (length) => ms(length, (count += 1));
  };
  const isReported = async (cost: Cost) => (await superlinearGrowth(cost, 1000)) !== undefined;
  assert.ok(await isReported(costs((length) => length ** 2 / 1e5)), 'quadratic');
  assert.ok(await isReported(costs((length) => 10 + length ** 2 / 1e5)), 'quadratic with a constant part');
  assert.equal(await isReported(costs((length) => length / 10)), false, 'linear');
  assert.equal(await isReported(costs((length) => length ** 2 / 1e6)), false, 'too short to measure');
  const pause = (length: number) => (length === 4000 ? 900 : 0);
  assert.equal(await isReported(costs((length) => length / 10 + pause(length))), false, 'one long pause');
  const isBusy = (count: number) => count < 20;
  assert.equal(
    await isReported(costs((length, count) => (isBusy(count) ? length ** 2 / 1e5 : length / 10))),
    false,
    'a busy period',
  );
});
