import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { manualClock } from '../../test/manual-clock.ts';
import type { Lane } from '../domain/caller.ts';
import { deadlineAfter } from '../domain/deadline.ts';
import { createBudget } from './budget.ts';

const ROUTE = 'GET /api/v1/monitor';
const headers = (remaining: number, reset: number, name = 'list', limit = 10) => ({
  'x-ratelimit-limit': String(limit),
  'x-ratelimit-remaining': String(remaining),
  'x-ratelimit-reset': String(reset),
  'x-ratelimit-name': name,
});

function start(deadlineMs = 60_000, share = 100) {
  const clock = manualClock();
  const caller = new AbortController();
  const context = (ms = deadlineMs, signal?: AbortSignal) => ({
    caller: { name: 'c' },
    requestId: 'r',
    traceparent: '',
    deadline: deadlineAfter(ms, clock, signal),
  });
  return { clock, budget: createBudget(clock, share), context, caller };
}

describe('the budget', () => {
  it('does not delay calls while a limit is unknown or not exhausted', async () => {
    const { clock, budget, context } = start();
    for (let left = 9; left > 0; left -= 1) (await budget.acquire(ROUTE, context()))(headers(left, 5));
    assert.deepEqual(clock.slept, []);
    assert.equal(budget.remaining().get('list'), 1);
  });

  it('reports the remaining calls of each limit by name, and the full limit after the reset', async () => {
    const { clock, budget, context } = start();
    (await budget.acquire(ROUTE, context()))(headers(3, 5));
    (await budget.acquire('GET /other', context()))(headers(2, 5));
    assert.deepEqual([[...budget.remaining()], [...budget.limits()]], [[['list', 2]], [['list', 10]]]);
    clock.advance(5000);
    assert.deepEqual([...budget.remaining()], [['list', 10]]);
  });

  it('waits for the reset before the limit is hit', async () => {
    const { clock, budget, context } = start();
    (await budget.acquire(ROUTE, context()))(headers(0, 5));
    await budget.acquire(ROUTE, context());
    assert.deepEqual(clock.slept, [5000]);
  });

  it('waits for a reset that falls between two looks at the clock', async () => {
    for (let earlyMs = 0.1; earlyMs < 1; earlyMs += 0.1) {
      const { clock, context } = start();
      let ms = 0;
      const ticking = {
        ...clock,
        monotonic: () => (ms += 0.3),
        // A timer may end a little early.
        sleep: async (forMs: number) => void (ms += Math.max(0.1, forMs - earlyMs)),
      };
      const budget = createBudget(ticking);
      (await budget.acquire(ROUTE, context()))(headers(0, 5));
      await budget.acquire(ROUTE, context());
      assert.ok(ms >= 5000, String(ms));
    }
  });

  it('counts calls in flight', async () => {
    const { clock, budget, context } = start();
    (await budget.acquire(ROUTE, context()))(headers(2, 5));
    await budget.acquire(ROUTE, context());
    await budget.acquire(ROUTE, context());
    assert.deepEqual(clock.slept, []);
    await budget.acquire(ROUTE, context());
    assert.deepEqual(clock.slept, [5000]);
  });

  it('rejects a call immediately if the reset is after the deadline, with the time to wait', async () => {
    const { clock, budget, context } = start();
    (await budget.acquire(ROUTE, context()))(headers(0, 90));
    await assert.rejects(budget.acquire(ROUTE, context(25_000)), {
      code: 'rate_limited',
      extras: { retryAfter: 90 },
    });
    assert.deepEqual(clock.slept, []);
  });

  it('does not delay calls behind an aborted one', async () => {
    const { clock, budget, context, caller } = start();
    (await budget.acquire(ROUTE, context()))(headers(0, 5));
    caller.abort();
    await assert.rejects(budget.acquire(ROUTE, context(60_000, caller.signal)), { code: 'rate_limited' });
    await budget.acquire(ROUTE, context());
    assert.deepEqual(clock.slept, [5000]);
  });

  it('serves waiting calls in order of arrival', async () => {
    const { budget, context } = start();
    (await budget.acquire(ROUTE, context()))(headers(0, 5));
    const order: number[] = [];
    await Promise.all([1, 2, 3].map(async (n) => order.push((await budget.acquire(ROUTE, context()), n))));
    assert.deepEqual(order, [1, 2, 3]);
  });

  it('is shared only by routes with the same limit name', async () => {
    const { clock, budget, context } = start();
    (await budget.acquire('GET /a', context()))(headers(5, 5, 'shared'));
    (await budget.acquire('GET /b', context()))(headers(0, 5, 'shared'));
    await budget.acquire('GET /c', context());
    assert.deepEqual(clock.slept, []);
    await budget.acquire('GET /a', context());
    assert.deepEqual(clock.slept, [5000]);
  });

  it('uses the lowest remaining count of a period if responses arrive out of order', async () => {
    const { clock, budget, context } = start();
    const first = await budget.acquire(ROUTE, context());
    const second = await budget.acquire(ROUTE, context());
    second(headers(0, 5));
    first(headers(1, 5));
    await budget.acquire(ROUTE, context());
    assert.deepEqual(clock.slept, [5000]);
  });

  it('ignores responses without rate limit headers', async () => {
    const { clock, budget, context } = start();
    for (let n = 0; n < 5; n += 1) (await budget.acquire(ROUTE, context()))({});
    assert.deepEqual([clock.slept, budget.remaining().size], [[], 0]);
  });
});

describe('the budget with implausible headers', () => {
  const IMPLAUSIBLE = [
    '315360000',
    '1764453147',
    '1e300',
    '-5',
    'NaN',
    'Infinity',
    '',
    '0x10',
    '9'.repeat(400),
  ];

  for (const reset of IMPLAUSIBLE) {
    it(`lets a call through within 10 s of a reset of "${reset.slice(0, 12)}"`, async () => {
      const { clock, budget, context } = start();
      (await budget.acquire(ROUTE, context()))({ ...headers(0, 0), 'x-ratelimit-reset': reset });
      await budget.acquire(ROUTE, context(11_000));
      assert.ok(clock.slept.every((ms) => ms <= 10_000));
    });
  }

  it('never waits longer than the period in the same response', async () => {
    const { clock, budget, context } = start();
    (await budget.acquire(ROUTE, context()))({ ...headers(0, 3000), 'x-ratelimit-period': '5' });
    await budget.acquire(ROUTE, context());
    assert.deepEqual(clock.slept, [5000]);
  });

  it('probes an exhausted limit with one call per minute', async () => {
    const { clock, budget, context } = start();
    (await budget.acquire(ROUTE, context()))(headers(0, 3600));
    await assert.rejects(budget.acquire(ROUTE, context(59_000)), { code: 'rate_limited' });
    clock.advance(60_000);
    const settle = await budget.acquire(ROUTE, context(1000));
    await assert.rejects(budget.acquire(ROUTE, context(1000)), { code: 'rate_limited' });
    settle(headers(9, 10));
    await budget.acquire(ROUTE, context(1000));
  });

  it('ignores a limit of 0, and caps the remaining calls at the limit', async () => {
    const { clock, budget, context } = start();
    (await budget.acquire(ROUTE, context()))(headers(0, 5, 'none', 0));
    await budget.acquire(ROUTE, context());
    assert.deepEqual(clock.slept, []);
    (await budget.acquire(ROUTE, context()))(headers(500, 5, 'list', 10));
    assert.equal(budget.remaining().get('list'), 10);
  });

  it('waits no longer when the clock is set back', async () => {
    const { clock, budget, context } = start();
    (await budget.acquire(ROUTE, context()))(headers(0, 5));
    clock.advance(-86_400_000);
    await budget.acquire(ROUTE, context());
    assert.deepEqual(clock.slept, [5000]);
  });

  it('keeps one limit per route for any names in the responses', async () => {
    const { budget, context } = start();
    for (let n = 0; n < 1000; n += 1) (await budget.acquire(ROUTE, context()))(headers(5, 5, `name-${n}`));
    assert.ok(budget.limits().size <= 2);
    for (const name of ['x'.repeat(10_240), 'a\nb', 'GET /api/v1/monitor', '{}', ''])
      (await budget.acquire(`GET /${name.length}`, context()))(headers(5, 5, name));
    assert.deepEqual(
      [...budget.limits().keys()].filter((name) => !/^[\w.:-]{1,100}$|^GET \/\d+$/.test(name)),
      [],
    );
  });

  it('lets a call through within a minute for any headers', async () => {
    const text = fc.oneof(
      fc.string(),
      fc.double().map(String),
      fc.integer().map(String),
      fc.constantFrom(...IMPLAUSIBLE, '0', '1', '3600', '3601'),
    );
    const names = ['limit', 'remaining', 'reset', 'period', 'name'].map((name) => `x-ratelimit-${name}`);
    const answer = fc.dictionary(fc.constantFrom(...names), text);
    await fc.assert(
      fc.asyncProperty(fc.array(answer, { minLength: 1, maxLength: 4 }), async (answers) => {
        const { budget, context } = start();
        for (const one of answers) (await budget.acquire(ROUTE, context(60_001)))(one);
        await budget.acquire(ROUTE, context(60_001));
        assert.ok([...budget.remaining().values()].every((left) => left >= 0 && Number.isFinite(left)));
      }),
      { numRuns: 2000 },
    );
  });
});

describe('the lanes of a budget', () => {
  /** A clock whose sleeps end when the test moves it. */
  function heldClock() {
    let now = 0;
    const sleeping: { readonly until: number; readonly wake: () => void }[] = [];
    return {
      now: () => now,
      monotonic: () => now,
      sleep: (ms: number) =>
        new Promise<void>((resolve) => sleeping.push({ until: now + ms, wake: resolve })),
      async advance(ms: number) {
        now += ms;
        for (const one of sleeping.splice(0))
          if (one.until <= now) one.wake();
          else sleeping.push(one);
        for (let pass = 0; pass < 20; pass += 1) await Promise.resolve();
      },
    };
  }

  function waiting(share = 100, limit = 10) {
    const clock = heldClock();
    const budget = createBudget(clock, share);
    const granted: string[] = [];
    const call = async (name: string, lane: Lane, application = 'a', ms = 600_000) => {
      const end = await budget.acquire(ROUTE, {
        caller: { name: 'c' },
        requestId: 'r',
        traceparent: '',
        lane,
        application,
        deadline: { left: () => ms - clock.now(), signal: new AbortController().signal },
      });
      granted.push(name);
      return end;
    };
    const exhaust = async () => (await call('first', 'interactive'))(headers(0, 5, 'list', limit));
    return { clock, budget, granted, call, exhaust };
  }

  it('serve people before applies, and applies before background work', async () => {
    const { clock, granted, call, exhaust } = waiting();
    await exhaust();
    for (const lane of ['background', 'apply', 'interactive'] as const)
      for (let n = 0; n < 10; n += 1) void call(lane, lane);
    await clock.advance(5000);
    const served = granted.slice(1);
    assert.deepEqual(new Set(served), new Set(['interactive']));
    assert.equal(served.length, 10);
  });

  it('leave 10 % of a limit to people beside an apply, and 40 % beside background work', async () => {
    for (const [lane, expected] of [
      ['interactive', 10],
      ['apply', 9],
      ['background', 6],
    ] as const) {
      const { clock, granted, call, exhaust } = waiting();
      await exhaust();
      for (let n = 0; n < 20; n += 1) void call(lane, lane);
      await clock.advance(5000);
      assert.equal(granted.length - 1, expected, lane);
    }
  });

  it('leave the share of other users of the organisation', async () => {
    const { clock, granted, call, exhaust } = waiting(80);
    await exhaust();
    for (let n = 0; n < 20; n += 1) void call('x', 'interactive');
    await clock.advance(5000);
    assert.equal(granted.length - 1, 8);
  });

  it('grant no more than the limit when it resets with many waiting', async () => {
    const { clock, granted, call, exhaust } = waiting(100, 2);
    await exhaust();
    for (let n = 0; n < 20; n += 1) void call('x', 'interactive');
    await clock.advance(5000);
    assert.equal(granted.length - 1, 2);
  });

  it('serve each pair of caller and application in turn', async () => {
    const { clock, granted, call, exhaust } = waiting(100, 4);
    await exhaust();
    for (let n = 0; n < 10; n += 1) void call('large', 'apply', 'large');
    for (let n = 0; n < 2; n += 1) void call('small', 'apply', 'small');
    await clock.advance(5000);
    assert.deepEqual(granted.slice(1), ['large', 'small', 'large', 'small']);
  });

  it('reject a waiting call at once if its deadline comes before the reset', async () => {
    const { clock, call, exhaust } = waiting();
    await exhaust();
    const late = call('late', 'interactive', 'a', 300);
    await assert.rejects(late, { code: 'rate_limited' });
    assert.equal(clock.now(), 0);
  });
});
