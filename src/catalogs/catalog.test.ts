import assert from 'node:assert/strict';
import { it } from 'node:test';
import { deadlineAfter } from '../domain/deadline.ts';
import { type CatalogAnswer, withBackoff } from './catalog.ts';

function countingCatalog(answer: CatalogAnswer) {
  const clock = {
    time: 0,
    now: () => clock.time,
    monotonic: () => clock.time,
    sleep: () => Promise.resolve(),
  };
  const calls = { times: 0, answer };
  const catalog = withBackoff(async () => {
    calls.times += 1;
    return calls.answer;
  }, clock);
  const ask = () => catalog({ name: 'x', alias: false, deadline: deadlineAfter(1000, clock) });
  return { clock, calls, ask };
}

it('a catalog is not called during the backoff', async () => {
  const { clock, calls, ask } = countingCatalog({ answer: 'unknown', reason: 'limited', retryAfter: 20 });
  await ask();
  clock.time = 5000;
  assert.deepEqual(await ask(), { answer: 'unknown', reason: 'limited', retryAfter: 15 });
  assert.equal(calls.times, 1);
  clock.time = 20_000;
  calls.answer = { answer: 'not_found' };
  assert.deepEqual(await ask(), { answer: 'not_found' });
  await ask();
  assert.equal(calls.times, 3);
});

it('a catalog is called again after a minute, even if it requested an hour', async () => {
  const { clock, calls, ask } = countingCatalog({ answer: 'unknown', reason: 'limited', retryAfter: 3600 });
  assert.deepEqual(await ask(), { answer: 'unknown', reason: 'limited', retryAfter: 3600 });
  clock.time = 60_000;
  await ask();
  assert.equal(calls.times, 2);
});

it('a catalog that failed without requesting a backoff is called again immediately', async () => {
  const { calls, ask } = countingCatalog({ answer: 'unknown', reason: 'hidden rows' });
  await ask();
  await ask();
  assert.equal(calls.times, 2);
});
