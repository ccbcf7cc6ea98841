import assert from 'node:assert/strict';
import { it } from 'node:test';
import { setImmediate as nextIteration } from 'node:timers/promises';
import { runAtOnce, type Steps } from '../../domain/steps.ts';
import { createThrottle, runThrottled } from './throttle.ts';

function* counting(seen: number[]): Steps<string> {
  for (let n = 0; n < 10; n += 1) {
    seen.push(n);
    yield;
  }
  return 'done';
}

it('runs all steps at once, or yields to the event loop every 5 ms, with the same result', async () => {
  assert.equal(runAtOnce(counting([])), 'done');
  const seen: number[] = [];
  const yieldedAfter: number[] = [];
  let now = 0;
  const nowMs = () => (now += 2);
  const yieldToEventLoop = async () => void yieldedAfter.push(seen.length);
  assert.equal(await runThrottled(counting(seen), nowMs, yieldToEventLoop), 'done');
  assert.deepEqual(yieldedAfter, [3, 6, 9]);
});

/** Returns which pieces of work have started by the end of each iteration of the event loop. */
async function startedByIteration(throttle: () => Promise<void>, pieces: number): Promise<string[]> {
  let started = '';
  for (const piece of 'abcdefghij'.slice(0, pieces)) void throttle().then(() => (started += piece));
  const seen: string[] = [];
  while (started.length < pieces) {
    await nextIteration();
    seen.push(started);
    assert.ok(seen.length < 20);
  }
  return seen;
}

it('starts at most so many pieces of work in an iteration of the event loop, in order', async () => {
  // Two at once, two in the first iteration, and so on.
  assert.deepEqual(await startedByIteration(createThrottle(2), 7), ['abcd', 'abcdef', 'abcdefg']);
});

it('starts work at once when nothing waits', async () => {
  const throttle = createThrottle(2);
  await startedByIteration(throttle, 7);
  await nextIteration();
  let started = 0;
  for (let piece = 0; piece < 3; piece += 1) void throttle().then(() => (started += 1));
  await Promise.resolve();
  await Promise.resolve();
  assert.equal(started, 2);
});
