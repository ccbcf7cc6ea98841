import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { manualClock } from '../../test/manual-clock.ts';
import type { CheckedPart } from '../contract/check-report.ts';
import { deadlineAfter } from '../domain/deadline.ts';
import { ProblemError } from '../domain/problem.ts';
import { createCheck } from './check.ts';
import { createProbeRunner, type Outcome, type Probe, type RunProbe } from './probe.ts';

const clock = manualClock();
const contextFor = (ms = 10_000, gone?: AbortSignal) => ({
  caller: { name: 'c' },
  requestId: 'r',
  traceparent: '',
  deadline: deadlineAfter(ms, clock, gone),
});
const part = (name: string, probe: RunProbe, more: Partial<Probe> = {}): Probe => ({ name, probe, ...more });
const returning =
  (outcome: Outcome): RunProbe =>
  async () =>
    outcome;
const checkOf = (probes: readonly Probe[], { ttlMs = 0, timeoutMs = 5000 } = {}) =>
  createCheck({
    version: '1',
    probes,
    runner: createProbeRunner(clock),
    timeoutMs: () => timeoutMs,
    ttlMs,
    clock,
  });
const healthy = returning({ state: 'ok', detail: 'fine' });

describe('the parts of a check', () => {
  it('are all reported, also when some throw or hang', async () => {
    const check = checkOf(
      [
        part('throws', () => Promise.reject(new Error('broken')), { hint: 'not for unexpected errors' }),
        part('problem', () => Promise.reject(new ProblemError('datadog_unavailable', 'No way.'))),
        part('hangs', () => new Promise(() => {})),
        part('healthy', healthy, { hint: 'not for healthy parts' }),
        { name: 'without probe' },
      ],
      { timeoutMs: 20 },
    );
    assert.deepEqual(
      (await check(contextFor())).parts.map(({ name, state, detail, hint }) => [
        name,
        state,
        detail,
        hint !== '',
      ]),
      [
        ['throws', 'failed', 'broken', false],
        ['problem', 'failed', 'No way.', true],
        ['hangs', 'failed', 'No answer within 20 ms.', false],
        ['healthy', 'ok', 'fine', false],
      ],
    );
  });

  it('have a common deadline, independent of the caller', async () => {
    const left: RunProbe = async ({ deadline }) => ({ state: 'ok', detail: String(deadline.left()) });
    const slow: RunProbe = async () => {
      clock.advance(2000);
      return { state: 'ok', detail: '' };
    };
    const requires = { name: 'slow', detail: '' };
    const check = checkOf([part('left', left), part('slow', slow), part('after', left, { requires })]);
    const { parts } = await check(contextFor(1));
    assert.deepEqual(
      parts.map(({ detail }) => detail),
      ['5000', '', '3000'],
    );
  });

  it('have the hint of the probe or that of its row', async () => {
    const check = checkOf([
      part('row', returning({ state: 'failed', detail: '' }), { hint: 'general' }),
      part('own', returning({ state: 'warning', detail: '', hint: 'specific' }), { hint: 'general' }),
    ]);
    assert.deepEqual(
      (await check(contextFor())).parts.map(({ hint }) => hint),
      ['general', 'specific'],
    );
  });

  it('are skipped while a part that they require is not ok', async () => {
    let state: Outcome['state'] = 'failed';
    const requires = { name: 'first', detail: 'Not checked.' };
    const check = checkOf([
      part('first', async () => ({ state, detail: '' })),
      part('second', healthy, { requires, hint: 'not for skipped parts' }),
    ]);
    const second = async () => (await check(contextFor())).parts[1];
    assert.deepEqual(await second(), {
      name: 'second',
      state: 'skipped',
      ms: 0,
      detail: 'Not checked.',
      hint: '',
    });
    state = 'ok';
    assert.equal((await second())?.state, 'ok');
  });

  it('are followed by those that a probed process reports', async () => {
    const inner: CheckedPart = { name: 'inner', state: 'failed', ms: 3, detail: 'd', hint: 'h' };
    const check = checkOf([part('outer', returning({ state: 'ok', detail: '', parts: [inner] }))]);
    const { ok, parts } = await check(contextFor());
    assert.deepEqual([ok, parts.map(({ name }) => name), parts[1]], [false, ['outer', 'inner'], inner]);
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
      const check = checkOf([part('a', returning({ state, detail: '' }))]);
      assert.equal((await check(contextFor())).ok, ok, state);
    }
  });

  it('shares one run among concurrent callers, and caches its report', async () => {
    let runs = 0;
    const probe: RunProbe = async (context) => {
      runs += 1;
      return healthy(context);
    };
    const check = checkOf([part('a', probe)], { ttlMs: 1000 });
    await Promise.all(Array.from({ length: 50 }, () => check(contextFor())));
    clock.advance(999);
    await check(contextFor());
    assert.equal(runs, 1);
    clock.advance(1);
    await check(contextFor());
    assert.equal(runs, 2);
  });

  it('continues for other callers when the deadline of one passes', async () => {
    const answer = Promise.withResolvers<Outcome>();
    const check = checkOf([part('a', () => answer.promise)], { ttlMs: 1000 });
    const gone = new AbortController();
    const impatient = check(contextFor(10_000, gone.signal));
    const waiting = check(contextFor());
    gone.abort();
    await assert.rejects(impatient, { code: 'deadline_exceeded' });
    answer.resolve({ state: 'ok', detail: '' });
    assert.equal((await waiting).ok, true);
  });
});
