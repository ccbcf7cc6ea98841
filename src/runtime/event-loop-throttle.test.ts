import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextIteration } from 'node:timers/promises';
import { createThrottle } from './event-loop-throttle.ts';

/** What was done by the end of each turn of the event loop, until all is done. */
async function doneByIteration(throttle: () => Promise<void>, pieces: number): Promise<string[]> {
  let done = '';
  for (const piece of 'abcdefghij'.slice(0, pieces)) void throttle().then(() => (done += piece));
  const seen: string[] = [];
  while (done.length < pieces) {
    await nextIteration();
    seen.push(done);
    assert.ok(seen.length < 20);
  }
  return seen;
}

test('so many pieces of work are done in a turn of the event loop, in their order', async () => {
  // Two at once, two in the first turn, and so on.
  assert.deepEqual(await doneByIteration(createThrottle(2), 7), ['abcd', 'abcdef', 'abcdefg']);
});

test('who comes to a pace at rest does not wait', async () => {
  const throttle = createThrottle(2);
  await doneByIteration(throttle, 7);
  await nextIteration();
  let begun = 0;
  for (let piece = 0; piece < 3; piece += 1) void throttle().then(() => (begun += 1));
  await Promise.resolve();
  await Promise.resolve();
  assert.equal(begun, 2);
});
