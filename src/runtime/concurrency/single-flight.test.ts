import assert from 'node:assert/strict';
import { it } from 'node:test';
import { singleFlight } from './single-flight.ts';

it('shares a run among concurrent callers of one key, and starts a new one after its end', async () => {
  const started: string[] = [];
  const ends: (() => void)[] = [];
  const fetchOnce = singleFlight(
    async (name: string) => {
      started.push(name);
      await new Promise<void>((resolve) => ends.push(resolve));
      return `${name}${started.length}`;
    },
    (name) => name,
  );
  const runs = [fetchOnce('a'), fetchOnce('a'), fetchOnce('b')];
  assert.deepEqual(started, ['a', 'b']);
  for (const end of ends) end();
  assert.deepEqual(await Promise.all(runs), ['a2', 'a2', 'b2']);
  const next = fetchOnce('a');
  ends.at(-1)?.();
  assert.equal(await next, 'a3');
});

it('shares a failure, and tries again at the next call', async () => {
  let attempts = 0;
  const fetchOnce = singleFlight(async () => {
    attempts += 1;
    await Promise.resolve();
    if (attempts === 1) throw new Error('down');
  });
  const both = await Promise.allSettled([fetchOnce(), fetchOnce()]);
  assert.deepEqual(
    both.map(({ status }) => status),
    ['rejected', 'rejected'],
  );
  await fetchOnce();
  assert.equal(attempts, 2);
});
