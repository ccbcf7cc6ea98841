import assert from 'node:assert/strict';
import { it } from 'node:test';
import { deadlineAfter } from '../domain/deadline.ts';
import { type CatalogAnswer, leavingAlone } from './catalog.ts';

function counted(answer: CatalogAnswer) {
  const clock = { time: 0, now: () => clock.time, sleep: () => Promise.resolve() };
  const asked = { times: 0, answer };
  const catalog = leavingAlone(async () => {
    asked.times += 1;
    return asked.answer;
  }, clock);
  const ask = () => catalog({ name: 'x', alias: false, deadline: deadlineAfter(1000, clock) });
  return { clock, asked, ask };
}

it('a catalog that wants to be left alone is not asked until then', async () => {
  const { clock, asked, ask } = counted({ answer: 'unknown', why: 'limited', retryAfter: 20 });
  await ask();
  clock.time = 5000;
  assert.deepEqual(await ask(), { answer: 'unknown', why: 'limited', retryAfter: 15 });
  assert.equal(asked.times, 1);
  clock.time = 20_000;
  asked.answer = { answer: 'not_found' };
  assert.deepEqual(await ask(), { answer: 'not_found' });
  await ask();
  assert.equal(asked.times, 3);
});

it('a catalog is tried again after a minute, though it may have said an hour', async () => {
  const { clock, asked, ask } = counted({ answer: 'unknown', why: 'limited', retryAfter: 3600 });
  assert.deepEqual(await ask(), { answer: 'unknown', why: 'limited', retryAfter: 3600 });
  clock.time = 60_000;
  await ask();
  assert.equal(asked.times, 2);
});

it('a catalog that merely could not tell is asked again at once', async () => {
  const { asked, ask } = counted({ answer: 'unknown', why: 'hidden rows' });
  await ask();
  await ask();
  assert.equal(asked.times, 2);
});
