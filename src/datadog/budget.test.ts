import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { manualClock } from '../../test/manual-clock.ts';
import { deadlineAfter } from '../domain/deadline.ts';
import { createBudget } from './budget.ts';

const ROUTE = 'GET /api/v1/monitor';
const headers = (remaining: number, reset: number, name = 'list', limit = 10) => ({
  'x-ratelimit-limit': String(limit),
  'x-ratelimit-remaining': String(remaining),
  'x-ratelimit-reset': String(reset),
  'x-ratelimit-name': name,
});

function start(deadlineMs = 60_000) {
  const clock = manualClock();
  const gone = new AbortController();
  const context = (ms = deadlineMs, signal?: AbortSignal) => ({
    caller: { name: 'c' },
    requestId: 'r',
    traceparent: '',
    deadline: deadlineAfter(ms, clock, signal),
  });
  return { clock, budget: createBudget(clock), context, gone };
}

describe('the budget', () => {
  it('lets calls pass while nothing is known, and while there is room', async () => {
    const { clock, budget, context } = start();
    for (let left = 9; left > 0; left -= 1) (await budget.take(ROUTE, context()))(headers(left, 5));
    assert.deepEqual(clock.slept, []);
    assert.equal(budget.left().get('list'), 1);
  });

  it('tells what is left of each limit by its name, and all of it once the period is over', async () => {
    const { clock, budget, context } = start();
    (await budget.take(ROUTE, context()))(headers(3, 5));
    (await budget.take('GET /other', context()))(headers(2, 5));
    assert.deepEqual([[...budget.left()], [...budget.limits()]], [[['list', 2]], [['list', 10]]]);
    clock.advance(5000);
    assert.deepEqual([...budget.left()], [['list', 10]]);
  });

  it('waits for the reset before the limit is hit', async () => {
    const { clock, budget, context } = start();
    (await budget.take(ROUTE, context()))(headers(0, 5));
    await budget.take(ROUTE, context());
    assert.deepEqual(clock.slept, [5000]);
  });

  it('counts the calls that are still under way', async () => {
    const { clock, budget, context } = start();
    (await budget.take(ROUTE, context()))(headers(2, 5));
    await budget.take(ROUTE, context());
    await budget.take(ROUTE, context());
    assert.deepEqual(clock.slept, []);
    await budget.take(ROUTE, context());
    assert.deepEqual(clock.slept, [5000]);
  });

  it('says at once that there is no room before the deadline, and when there will be', async () => {
    const { clock, budget, context } = start();
    (await budget.take(ROUTE, context()))(headers(0, 90));
    await assert.rejects(budget.take(ROUTE, context(25_000)), {
      code: 'rate_limited',
      extras: { retryAfter: 90 },
    });
    assert.deepEqual(clock.slept, []);
  });

  it('lets nobody wait behind one that has gone', async () => {
    const { clock, budget, context, gone } = start();
    (await budget.take(ROUTE, context()))(headers(0, 5));
    gone.abort();
    await assert.rejects(budget.take(ROUTE, context(60_000, gone.signal)), { code: 'rate_limited' });
    await budget.take(ROUTE, context());
    assert.deepEqual(clock.slept, [5000]);
  });

  it('serves those who wait in the order they came', async () => {
    const { budget, context } = start();
    (await budget.take(ROUTE, context()))(headers(0, 5));
    const order: number[] = [];
    await Promise.all([1, 2, 3].map(async (n) => order.push((await budget.take(ROUTE, context()), n))));
    assert.deepEqual(order, [1, 2, 3]);
  });

  it('is shared by the routes that Datadog counts under one name, and by no others', async () => {
    const { clock, budget, context } = start();
    (await budget.take('GET /a', context()))(headers(5, 5, 'shared'));
    (await budget.take('GET /b', context()))(headers(0, 5, 'shared'));
    await budget.take('GET /c', context());
    assert.deepEqual(clock.slept, []);
    await budget.take('GET /a', context());
    assert.deepEqual(clock.slept, [5000]);
  });

  it('believes the smallest number of a period, since answers overtake one another', async () => {
    const { clock, budget, context } = start();
    const first = await budget.take(ROUTE, context());
    const second = await budget.take(ROUTE, context());
    second(headers(0, 5));
    first(headers(1, 5));
    await budget.take(ROUTE, context());
    assert.deepEqual(clock.slept, [5000]);
  });

  it('asks nothing of answers that have no such headers', async () => {
    const { clock, budget, context } = start();
    for (let n = 0; n < 5; n += 1) (await budget.take(ROUTE, context()))({});
    assert.deepEqual([clock.slept, budget.left().size], [[], 0]);
  });
});
