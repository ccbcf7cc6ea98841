import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RateLimits } from '../../emulators/datadog/rate-limits.ts';
import { createBudget } from '../../src/datadog/budget.ts';
import type { GrantCalls } from '../../src/domain/call-grants.ts';
import type { Lane } from '../../src/domain/caller.ts';
import type { Clock } from '../../src/domain/clock.ts';
import { Budgets } from '../../src/ledger/sql/budgets.ts';
import { migrate } from '../../src/ledger/sql/migrations.ts';
import { openSqlite } from '../../src/ledger/sql/sqlite.ts';
import { seededRandom } from '../seeded-random.ts';

const ROUTE = 'POST /api/v1/monitor';
const NAME = 'post_monitors';
const LIMIT = { limit: 200, period: 10 };
const LANE_SHARE = { interactive: 1, apply: 0.9, background: 0.6 };
const START_MS = 1_700_000_000_000;

/** Several processes with one shared budget, and an emulated Datadog that counts the calls of all; on a virtual clock. */
async function simulate(processes: number) {
  let now = START_MS;
  const sleeping: { readonly until: number; readonly wake: () => void }[] = [];
  const clock: Clock = {
    now: () => now,
    monotonic: () => now - START_MS,
    sleep: (ms, signal) =>
      new Promise<void>((wake) => {
        const one = { until: now + Math.max(1, ms), wake };
        sleeping.push(one);
        signal?.addEventListener('abort', () => {
          const at = sleeping.indexOf(one);
          if (at >= 0) sleeping.splice(at, 1);
          wake();
        });
      }),
  };
  const random = seededRandom(15);
  const state = { refused: 0, questions: 0, databaseOffset: 0, databaseFails: false };
  const db = openSqlite(':memory:', {
    clock: { ...clock, monotonic: () => now - START_MS + 1e9 + state.databaseOffset },
  });
  await migrate(db);
  const budgets = new Budgets(db);
  const grantCalls: GrantCalls = async (wanted) => {
    state.questions += 1;
    await clock.sleep(2);
    if (state.databaseFails) throw new Error('the database is stopped');
    return budgets.grant(wanted);
  };
  const limits = new RateLimits({ [NAME]: LIMIT }, clock.now);
  const all = Array.from({ length: processes }, () => createBudget(clock, 100, grantCalls));
  /** Calls by process, lane and period of Datadog. */
  const calls: { readonly process: number; readonly lane: Lane; readonly period: number }[] = [];
  const waits: number[] = [];
  /** Sends one call. Returns whether it was sent before its deadline. */
  async function send(process: number, lane: Lane, application: string, deadlineMs = 600_000) {
    const begun = now;
    const left = () => Math.max(0, begun + deadlineMs - now);
    const caller = new AbortController();
    const passed = clock.sleep(deadlineMs, caller.signal).then(() => caller.abort());
    void passed;
    try {
      const end = await all[process]?.acquire(ROUTE, {
        caller: { name: application },
        requestId: 'r',
        traceparent: '',
        lane,
        application,
        deadline: { left, signal: caller.signal },
      });
      if (lane === 'interactive') waits.push(now - begun);
      await clock.sleep(3 + random() * 5);
      const { allowed, headers } = limits.count(NAME);
      if (!allowed) state.refused += 1;
      calls.push({ process, lane, period: Math.floor(now / 1000 / LIMIT.period) });
      await clock.sleep(3 + random() * 5);
      end?.(headers);
      return true;
    } catch {
      assert.ok(now - begun <= deadlineMs + 1, `a call waited ${now - begun} ms of ${deadlineMs} ms`);
      return false;
    }
  }
  const endsAt = { ms: 0 };
  /** Sends calls of a lane with four at once until the end. */
  function work(process: number, lane: Lane, application: string) {
    for (let n = 0; n < 4; n += 1)
      void (async () => {
        while (now < endsAt.ms) await send(process, lane, application);
      })();
  }
  return {
    state,
    calls,
    waits,
    send,
    work,
    sleep: (ms: number) => clock.sleep(ms),
    isOver: () => now >= endsAt.ms,
    /** Moves the clock until `ms` after the start. */
    async runUntil(ms: number) {
      endsAt.ms = Math.max(endsAt.ms, START_MS + ms);
      while (now < START_MS + ms) {
        await new Promise(setImmediate);
        sleeping.sort((a, b) => a.until - b.until);
        const next = sleeping.shift();
        if (!next) return;
        now = next.until;
        next.wake();
      }
    },
    plan(ms: number) {
      endsAt.ms = START_MS + ms;
    },
    /** Returns the calls of each complete period, except the first. */
    perPeriod(matches: (call: (typeof calls)[number]) => boolean) {
      const counts = new Map<number, number>();
      for (const call of calls)
        counts.set(call.period, (counts.get(call.period) ?? 0) + (matches(call) ? 1 : 0));
      return [...counts.values()].slice(1, -1);
    },
  };
}

describe('processes that share a rate budget through the ledger', () => {
  it('use 95 % of the lane together without one 429, and ask seldom', async () => {
    const run = await simulate(3);
    run.plan(60_000);
    for (let process = 0; process < 3; process += 1) run.work(process, 'apply', `a${process}`);
    await run.runUntil(60_000);
    assert.equal(run.state.refused, 0);
    const max = LIMIT.limit * LANE_SHARE.apply;
    // The calls in flight when a period begins count in either.
    for (const used of run.perPeriod(() => true))
      assert.ok(used <= max + 3 * 4 && used >= 0.95 * max, `${used} calls in a period`);
    for (let process = 0; process < 3; process += 1)
      for (const used of run.perPeriod((call) => call.process === process))
        assert.ok(used >= 0.15 * max, `process ${process} sent ${used} calls in a period`);
    assert.ok(run.state.questions < run.calls.length / 2, `${run.state.questions} of ${run.calls.length}`);
  });

  it('keep a part of each period for people of every process, who do not wait', async () => {
    const run = await simulate(3);
    run.plan(60_000);
    run.work(0, 'apply', 'large');
    run.work(1, 'background', 'watch');
    void (async () => {
      while (!run.isOver()) {
        await run.send(2, 'interactive', 'small', 2000);
        await run.sleep(1000);
      }
    })();
    await run.runUntil(60_000);
    assert.equal(run.state.refused, 0);
    const sorted = run.waits.toSorted((a, b) => a - b);
    assert.ok(sorted.length >= 50, `${sorted.length} calls of people`);
    assert.ok((sorted.at(-1) ?? Number.NaN) <= (LIMIT.period * 1000) / 10, `waited ${sorted.at(-1)} ms`);
  });

  it('end the wait of a call at its own deadline', async () => {
    const run = await simulate(2);
    run.plan(30_000);
    run.work(0, 'apply', 'large');
    const results: Promise<boolean>[] = [];
    void (async () => {
      while (!run.isOver()) {
        for (let n = 0; n < 5; n += 1) results.push(run.send(1, 'apply', 'short', 300));
        await run.sleep(500);
      }
    })();
    await run.runUntil(30_000);
    await run.runUntil(31_000);
    const sent = await Promise.all(results);
    assert.ok(sent.includes(true) && sent.includes(false));
    assert.equal(run.state.refused, 0);
  });

  for (const [name, offset] of [
    ['an hour back', -3_600_000],
    ['three seconds back', -3000],
    ['three seconds forward', 3000],
    ['an hour forward', 3_600_000],
  ] as const)
    it(`go on without one 429 when the database's clock jumps ${name}`, async () => {
      const run = await simulate(2);
      run.plan(80_000);
      for (const process of [0, 1]) run.work(process, 'apply', `a${process}`);
      await run.runUntil(25_000);
      run.state.databaseOffset = offset;
      await run.runUntil(80_000);
      assert.equal(run.state.refused, 0);
      const last = run.perPeriod(() => true).slice(-2);
      for (const used of last) assert.ok(used >= 0.8 * LIMIT.limit * LANE_SHARE.apply, `${used} calls`);
    });

  it('have the whole budget again in the period after one of them died with a grant', async () => {
    const run = await simulate(3);
    run.plan(60_000);
    run.work(0, 'apply', 'a');
    // The second call is granted with more, which process 1 never uses.
    void run.send(1, 'apply', 'b').then(() => run.send(1, 'apply', 'b'));
    await run.runUntil(60_000);
    assert.equal(run.calls.filter(({ process }) => process === 1).length, 2);
    assert.equal(run.state.refused, 0);
    for (const used of run.perPeriod((call) => call.process === 0).slice(1))
      assert.ok(used >= 0.95 * LIMIT.limit * LANE_SHARE.apply, `${used} calls`);
  });

  it('each use a fair part while the database is stopped, and no call fails', async () => {
    const run = await simulate(2);
    run.plan(60_000);
    for (const process of [0, 1]) run.work(process, 'apply', `a${process}`);
    await run.runUntil(15_000);
    run.state.databaseFails = true;
    await run.runUntil(40_000);
    const during = run.perPeriod(() => true).at(-1) ?? 0;
    run.state.databaseFails = false;
    await run.runUntil(60_000);
    assert.equal(run.state.refused, 0);
    const part = Math.floor((LIMIT.limit * LANE_SHARE.apply) / 4);
    assert.ok(during > 0 && during <= 2 * (part + 4), `${during} calls in a period without the database`);
  });
});
