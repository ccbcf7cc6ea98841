import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RateLimits } from '../../emulators/datadog/rate-limits.ts';
import { seededRandom } from '../../test/seeded-random.ts';
import type { Lane } from '../domain/caller.ts';
import { createBudget } from './budget.ts';

const ROUTE = 'POST /api/v1/monitor';
const LIMIT = { limit: 500, period: 1 };
/** Milliseconds between a call and its arrival at Datadog, and between that and its response. */
const ONE_WAY_MS = 4;
/** Concurrent writes of an apply. */
const CONCURRENT = 4;

/** A clock that moves to the next wake-up when all work of the present moment is done. */
function virtualClock(startMs: number) {
  let now = startMs;
  const sleeping: { readonly until: number; readonly wake: () => void }[] = [];
  return {
    now: () => now,
    monotonic: () => now - startMs,
    sleep: (ms: number) =>
      new Promise<void>((wake) => void sleeping.push({ until: now + Math.max(1, ms), wake })),
    /** Moves the clock until the condition is true. */
    async runUntil(isDone: () => boolean) {
      while (!isDone()) {
        await new Promise(setImmediate);
        sleeping.sort((a, b) => a.until - b.until);
        const next = sleeping.shift();
        if (!next) return;
        now = next.until;
        next.wake();
      }
    },
  };
}

describe('an apply of 5,000 monitors beside single creates', () => {
  // The period of Datadog begins at another moment than the apply.
  for (const startMs of [1_700_000_000_000, 1_700_000_000_310, 1_700_000_000_990])
    it(`uses its lane of each period without one 429 (started ${startMs % 1000} ms into a period)`, async () => {
      const clock = virtualClock(startMs);
      const limits = new RateLimits({ post_monitors: LIMIT }, clock.now);
      const budget = createBudget(clock);
      let refused = 0;
      let waits: number[] = [];
      const send = async (lane: Lane, application: string) => {
        const begun = clock.now();
        const end = await budget.acquire(ROUTE, {
          caller: { name: application },
          requestId: 'r',
          traceparent: '',
          lane,
          application,
          deadline: { left: () => 60_000, signal: new AbortController().signal },
        });
        if (lane === 'interactive') waits.push(clock.now() - begun);
        await clock.sleep(ONE_WAY_MS);
        const { allowed, headers } = limits.count('post_monitors');
        if (!allowed) refused += 1;
        await clock.sleep(ONE_WAY_MS);
        end(headers);
      };
      const work = { left: 5000, applying: CONCURRENT };
      const apply = async () => {
        while (work.left > 0) {
          work.left -= 1;
          await send('apply', 'large');
        }
        work.applying -= 1;
      };
      const create = async () => {
        while (work.applying > 0) {
          await send('interactive', 'small');
          await clock.sleep(500);
        }
      };
      for (let n = 0; n < CONCURRENT; n += 1) void apply();
      void create();
      await clock.runUntil(() => work.applying === 0);
      const seconds = (clock.now() - startMs) / 1000;
      waits = waits.toSorted((a, b) => a - b);
      const p99 = waits[Math.ceil(waits.length * 0.99) - 1] ?? Number.NaN;
      assert.equal(refused, 0);
      assert.ok(p99 <= 100, `creates waited ${p99} ms`);
      assert.ok(5000 / seconds >= 0.95 * 450, `${5000 / seconds} a second`);
    });
});

describe('calls of any rhythm', () => {
  /** Sends calls one by one, in bursts and after pauses, at any latency. Returns how many Datadog refused. */
  async function refusedOf(seed: number, limit: typeof LIMIT): Promise<number> {
    const random = seededRandom(seed);
    const clock = virtualClock(1_700_000_000_000 + Math.floor(random() * 10_000));
    const endMs = clock.now() + 8 * limit.period * 1000;
    const limits = new RateLimits({ post_monitors: limit }, clock.now);
    const budget = createBudget(clock);
    const oneWayMs = 1 + random() * 30;
    const deadline = { left: () => 60_000, signal: new AbortController().signal };
    let refused = 0;
    const send = async () => {
      const context = { caller: { name: 'c' }, requestId: 'r', traceparent: '', deadline };
      const end = await budget.acquire(ROUTE, context);
      await clock.sleep(1 + random() * oneWayMs);
      const { allowed, headers } = limits.count('post_monitors');
      if (!allowed) refused += 1;
      await clock.sleep(1 + random() * oneWayMs);
      end(headers);
    };
    const state = { isDone: false };
    const run = async () => {
      // The first response tells the limit.
      await send();
      while (clock.now() < endMs) {
        const [kind, size] = [random(), random() * limit.limit];
        if (kind < 0.4) for (let n = 0; n < size * 0.4; n += 1) await send();
        else if (kind < 0.8) await Promise.all(Array.from({ length: Math.floor(size * 1.6) }, send));
        else await clock.sleep(random() * limit.period * 1000);
      }
      state.isDone = true;
    };
    void run();
    await clock.runUntil(() => state.isDone);
    return refused;
  }

  for (const limit of [
    { limit: 20, period: 1 },
    { limit: 100, period: 1 },
    { limit: 40, period: 2 },
    { limit: 40, period: 10 },
  ])
    it(`never exceed ${limit.limit} in ${limit.period} s, although resets are in whole seconds`, async () => {
      for (let seed = 1; seed <= 20; seed += 1) assert.equal(await refusedOf(seed, limit), 0, `seed ${seed}`);
    });
});
