import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { manualClock } from '../../test/manual-clock.ts';
import type { CheckedPart } from '../contract/check-report.ts';
import { deadlineAfter } from '../domain/deadline.ts';
import { ProblemError } from '../domain/problem.ts';
import { createCheck } from './check.ts';
import { type Part, runParts } from './run-parts.ts';

const clock = manualClock();
const contextFor = (ms = 10_000, gone?: AbortSignal) => ({
  caller: { name: 'c' },
  requestId: 'r',
  traceparent: '',
  deadline: deadlineAfter(ms, clock, gone),
});
const part = (name: string, look: Part['look']): Part => ({ name, look });
const well: Part['look'] = async () => ({ state: 'ok', detail: 'fine' });
const found = (state: CheckedPart['state']): CheckedPart => ({
  name: 'a',
  state,
  ms: 1,
  detail: '',
  hint: '',
});

describe('the parts of a check', () => {
  it('are all told, though some fail in every way there is', async () => {
    const parts = [
      part('throws', () => Promise.reject(new Error('broken'))),
      part('knows', () => Promise.reject(new ProblemError('datadog_unavailable', 'No way.'))),
      part('hangs', () => new Promise(() => {})),
      part('well', well),
    ];
    const told = await runParts(parts, contextFor(), clock, 20);
    assert.deepEqual(
      told.map(({ name, state, detail, hint }) => [name, state, detail, hint !== '']),
      [
        ['throws', 'failed', 'broken', false],
        ['knows', 'failed', 'No way.', true],
        ['hangs', 'failed', 'It did not answer within 20 ms.', false],
        ['well', 'ok', 'fine', false],
      ],
    );
  });

  it('each have a deadline of their own, whatever the asker has', async () => {
    const [told] = await runParts(
      [part('time', async ({ deadline }) => ({ state: 'ok', detail: String(deadline.left()) }))],
      contextFor(1),
      clock,
      5000,
    );
    assert.equal(told?.detail, '5000');
  });
});

describe('a check', () => {
  it('is well with a warning, and not with what failed or was skipped', async () => {
    for (const [state, ok] of [
      ['ok', true],
      ['warning', true],
      ['failed', false],
      ['skipped', false],
    ] as const) {
      const check = createCheck({ version: '1', look: async () => [found(state)], ttlMs: 0, clock });
      assert.equal((await check(contextFor())).ok, ok, state);
    }
  });

  it('asks others once, however many ask and for as long as the answer holds', async () => {
    let looks = 0;
    const look = async () => {
      looks += 1;
      return [found('ok')];
    };
    const check = createCheck({ version: '1', look, ttlMs: 1000, clock });
    await Promise.all(Array.from({ length: 50 }, () => check(contextFor())));
    clock.advance(999);
    await check(contextFor());
    assert.equal(looks, 1);
    clock.advance(1);
    await check(contextFor());
    assert.equal(looks, 2);
  });

  it('that takes too long for one goes on for the others', async () => {
    const answer = Promise.withResolvers<CheckedPart[]>();
    const check = createCheck({ version: '1', look: () => answer.promise, ttlMs: 1000, clock });
    const gone = new AbortController();
    const hurried = check(contextFor(10_000, gone.signal));
    const waiting = check(contextFor());
    gone.abort();
    await assert.rejects(hurried, { code: 'deadline_exceeded' });
    answer.resolve([found('ok')]);
    assert.equal((await waiting).ok, true);
  });
});
