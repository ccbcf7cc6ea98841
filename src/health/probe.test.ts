import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { manualClock } from '../../test/manual-clock.ts';
import { createProbeRunner, type Outcome, type RunProbe } from './probe.ts';

const CONTEXT = { caller: { name: 'c' }, requestId: 'r', traceparent: '' };
const OK: Outcome = { state: 'ok', detail: 'fine' };

function startTest() {
  const clock = manualClock(1000);
  const answers: ((outcome: Outcome) => void)[] = [];
  const probe: RunProbe = () => new Promise((resolve) => answers.push(resolve));
  return { clock, answers, probe, runner: createProbeRunner(clock) };
}

describe('a probe runner', () => {
  it('joins a run in progress, and starts a new one after it', async () => {
    const { answers, probe, runner } = startTest();
    const runs = [runner.run(probe, CONTEXT, 5000), runner.run(probe, CONTEXT, 5000)];
    assert.equal(answers.length, 1);
    answers[0]?.(OK);
    assert.deepEqual(await Promise.all(runs), [OK, OK]);
    const next = runner.run(probe, CONTEXT, 5000);
    assert.equal(answers.length, 2);
    answers[1]?.(OK);
    await next;
  });

  it('records when the last run of each function began', async () => {
    const { clock, answers, probe, runner } = startTest();
    assert.equal(runner.lastRunAt(probe), undefined);
    const run = runner.run(probe, CONTEXT, 5000);
    clock.advance(10);
    answers[0]?.(OK);
    await run;
    assert.deepEqual([runner.lastRunAt(probe), runner.lastRunAt(async () => OK)], [1000, undefined]);
  });

  it('limits the time of a caller that joins, and starts a new one after a run without an answer', async () => {
    const { answers, probe, runner } = startTest();
    const first = runner.run(probe, CONTEXT, 60);
    const joined = runner.run(probe, CONTEXT, 10);
    assert.equal((await joined).detail, 'No answer within 10 ms.');
    assert.equal((await first).detail, 'No answer within 60 ms.');
    void runner.run(probe, CONTEXT, 10);
    assert.equal(answers.length, 2);
  });

  it('lets a probe report its own timeout', async () => {
    const { runner } = startTest();
    const probe: RunProbe = ({ deadline }) =>
      new Promise((resolve) => {
        deadline.signal.addEventListener('abort', () =>
          setImmediate(() => resolve({ state: 'failed', detail: 'My timeout.' })),
        );
      });
    assert.equal((await runner.run(probe, CONTEXT, 10)).detail, 'My timeout.');
  });
});
