import assert from 'node:assert/strict';
import { it } from 'node:test';
import { setImmediate as immediately } from 'node:timers/promises';
import { flatMapConcurrently } from './flat-map-concurrently.ts';

it('runs at most maxConcurrent items at a time, and returns the results in order', async () => {
  let running = 0;
  let maxRunning = 0;
  const doubled = await flatMapConcurrently([1, 2, 3, 4, 5], 2, async (item) => {
    running += 1;
    maxRunning = Math.max(maxRunning, running);
    await immediately();
    running -= 1;
    return item === 3 ? [] : [item * 2];
  });
  assert.deepEqual([doubled, maxRunning], [[2, 4, 8, 10], 2]);
});

it('starts nothing more after a failure', async () => {
  const started: number[] = [];
  const failed = flatMapConcurrently([1, 2, 3, 4], 2, async (item) => {
    started.push(item);
    if (item === 1) throw new Error('first');
    return [];
  });
  await assert.rejects(failed, /first/);
  assert.deepEqual(started, [1, 2]);
});
