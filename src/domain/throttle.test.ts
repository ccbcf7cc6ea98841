import assert from 'node:assert/strict';
import { it } from 'node:test';
import { runAtOnce, runThrottled, type Steps } from './throttle.ts';

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
