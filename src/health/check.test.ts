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
const part = (name: string, probe: Part['probe']): Part => ({ name, probe });
const healthy: Part['probe'] = async () => ({ state: 'ok', detail: 'fine' });
const partWith = (state: CheckedPart['state']): CheckedPart => ({
  name: 'a',
  state,
  ms: 1,
  detail: '',
  hint: '',
});

describe('runParts', () => {
  it('reports every part, also when some throw or hang', async () => {
    const parts = [
      part('throws', () => Promise.reject(new Error('broken'))),
      part('knows', () => Promise.reject(new ProblemError('datadog_unavailable', 'No way.'))),
      part('hangs', () => new Promise(() => {})),
      part('healthy', healthy),
    ];
    const reported = await runParts(parts, contextFor(), clock, 20);
    assert.deepEqual(
      reported.map(({ name, state, detail, hint }) => [name, state, detail, hint !== '']),
      [
        ['throws', 'failed', 'broken', false],
        ['knows', 'failed', 'No way.', true],
        ['hangs', 'failed', 'No answer within 20 ms.', false],
        ['healthy', 'ok', 'fine', false],
      ],
    );
  });

  it('gives each part its own deadline, independent of the caller', async () => {
    const [reported] = await runParts(
      [part('time', async ({ deadline }) => ({ state: 'ok', detail: String(deadline.left()) }))],
      contextFor(1),
      clock,
      5000,
    );
    assert.equal(reported?.detail, '5000');
  });
});

describe('a check', () => {
  it('is ok with warnings, and not ok with failed or skipped parts', async () => {
    for (const [state, ok] of [
      ['ok', true],
      ['warning', true],
      ['failed', false],
      ['skipped', false],
    ] as const) {
      const check = createCheck({ version: '1', probe: async () => [partWith(state)], ttlMs: 0, clock });
      assert.equal((await check(contextFor())).ok, ok, state);
    }
  });

  it('shares one run among concurrent callers, and caches its report', async () => {
    let runs = 0;
    const probe = async () => {
      runs += 1;
      return [partWith('ok')];
    };
    const check = createCheck({ version: '1', probe, ttlMs: 1000, clock });
    await Promise.all(Array.from({ length: 50 }, () => check(contextFor())));
    clock.advance(999);
    await check(contextFor());
    assert.equal(runs, 1);
    clock.advance(1);
    await check(contextFor());
    assert.equal(runs, 2);
  });

  it('continues for other callers when the deadline of one passes', async () => {
    const answer = Promise.withResolvers<CheckedPart[]>();
    const check = createCheck({ version: '1', probe: () => answer.promise, ttlMs: 1000, clock });
    const gone = new AbortController();
    const impatient = check(contextFor(10_000, gone.signal));
    const waiting = check(contextFor());
    gone.abort();
    await assert.rejects(impatient, { code: 'deadline_exceeded' });
    answer.resolve([partWith('ok')]);
    assert.equal((await waiting).ok, true);
  });
});
