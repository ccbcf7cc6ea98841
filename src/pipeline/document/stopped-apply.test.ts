import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import {
  documentOf,
  idOf,
  items,
  problemOf,
  startInProcess,
  told,
} from '../../../test/documents-in-process.ts';
import type { JsonObject } from '../../domain/json.ts';

const monitors = (priority: number): JsonObject =>
  documentOf({
    monitors: Array.from({ length: 24 }, (_, at) => ({
      key: `m${at}`,
      type: 'query alert',
      name: `M ${at}`,
      query: 'avg(last_5m):avg:system.load.1{*} > 2',
      priority,
    })),
  });

/** A process that was told to stop during the first update of an apply of 24. */
async function stoppedApply() {
  const stopping = new AbortController();
  const { apply, beforeNextWrite, world } = startInProcess({ stopping: stopping.signal });
  await apply(monitors(1));
  beforeNextWrite(() => stopping.abort());
  const problem = await problemOf(apply(monitors(2)));
  return { apply, problem, world };
}

describe('an apply in a process that stops', () => {
  it('stops at the next object and reports its progress', async () => {
    const { problem } = await stoppedApply();
    assert.deepEqual([problem.code, problem.extras.retryAfter], ['shutting_down', 1]);
    const { done, remaining, basis } = problem.extras.members ?? {};
    const counts = [done, remaining].map((list) => (Array.isArray(list) ? list.length : undefined));
    // Sixteen writes are in progress at a time.
    assert.deepEqual(counts, [16, 8]);
    assert.equal(typeof basis, 'string');
  });

  it('is continued by another process with the basis of the answer', async () => {
    const { problem, world } = await stoppedApply();
    const other = startInProcess({ world });
    const basis = String(problem.extras.members?.['basis']);
    const answer = await other.apply(monitors(2), { basis });
    assert.deepEqual([items(answer['done']).length, answer['remaining']], [8, []]);
    const plan = await other.plan(monitors(2));
    assert.deepEqual(
      told(plan).filter((step) => !step.endsWith(' none')),
      [],
    );
  });

  it('writes nothing if it arrives later', async () => {
    const { apply, world } = await stoppedApply();
    const writes = () => world.taken().filter(({ call }) => /^(PUT|POST) \/api\/v1/.test(call)).length;
    writes();
    const problem = await problemOf(apply(monitors(3)));
    assert.deepEqual([problem.code, writes()], ['shutting_down', 0]);
  });
});

it('an apply whose last objects were being written has succeeded', async () => {
  const stopping = new AbortController();
  const { apply, beforeNextWrite } = startInProcess({ stopping: stopping.signal });
  const four = (priority: number) => ({
    ...monitors(priority),
    monitors: items(monitors(priority)['monitors']).slice(20),
  });
  await apply(four(1));
  beforeNextWrite(() => stopping.abort());
  assert.deepEqual((await apply(four(2)))['remaining'], []);
});

it('an apply that has created a replacement also deletes the old object', async () => {
  const stopping = new AbortController();
  const { apply, beforeNextWrite, person } = startInProcess({ stopping: stopping.signal });
  const dashboards = (layout: string) =>
    documentOf({
      dashboards: [
        { key: 'changed', title: layout, layout_type: 'ordered', widgets: [] },
        { key: 'replaced', title: 'Replaced', layout_type: layout, widgets: [] },
      ],
    });
  await apply(dashboards('ordered'));
  beforeNextWrite(() => stopping.abort());
  assert.deepEqual((await apply(dashboards('free'), { force: 'true' }))['remaining'], []);
  assert.equal(items(person('GET', '/api/v1/dashboard')['dashboards']).length, 2);
});

describe('an apply whose client is gone', () => {
  it('stops at the next object', async () => {
    const gone = new AbortController();
    const { apply, beforeNextWrite, world } = startInProcess({ gone: gone.signal });
    await apply(monitors(1));
    beforeNextWrite(() => gone.abort());
    assert.equal((await problemOf(apply(monitors(2)))).code, 'deadline_exceeded');
    // Sixteen writes are in progress at a time.
    const steps = told(await startInProcess({ world }).plan(monitors(2)));
    assert.equal(steps.filter((step) => step.endsWith(' update')).length, 8);
  });

  it('does not wait for the apply before it', async () => {
    const gone = new AbortController();
    const { ports, context, apply } = startInProcess({ gone: gone.signal });
    const lease = await ports.ledger.acquire([{ application: 'app' }], context().deadline);
    const waiting = problemOf(apply(monitors(1)));
    // It has planned and waits for the lease.
    for (let count = 0; count < 200; count += 1) await setImmediate();
    gone.abort();
    await waiting;
    await lease.release();
  });
});

describe('a plan with "wait"', () => {
  it('is made after the end of the apply in progress', async () => {
    const { ports, context, plan } = startInProcess();
    const lease = await ports.ledger.acquire([{ application: 'app' }], context().deadline);
    const order: string[] = [];
    const waiting = plan(monitors(1), { wait: 'true' }).then(() => order.push('planned'));
    await plan(monitors(1));
    order.push('released');
    await lease.release();
    await waiting;
    assert.deepEqual(order, ['released', 'planned']);
  });
});

describe('an apply whose answer was lost', () => {
  /** Four of twelve updates are applied, and the caller does not learn of it. */
  async function lostAnswer() {
    const started = startInProcess();
    await started.apply(monitors(1));
    const basis = String((await started.plan(monitors(2)))['basis']);
    const stopping = new AbortController();
    const { apply, beforeNextWrite } = startInProcess({ world: started.world, stopping: stopping.signal });
    beforeNextWrite(() => stopping.abort());
    await problemOf(apply(monitors(2)));
    return { ...started, basis };
  }

  it('goes on with the same basis, because what has changed is as planned', async () => {
    const { apply, basis } = await lostAnswer();
    const answer = await apply(monitors(2), { basis });
    assert.deepEqual([items(answer['done']).length, answer['remaining']], [8, []]);
  });

  it('goes on after deletes with the same basis, unless an object that the document names is gone', async () => {
    const [first = {}, second = {}, ...others] = items(monitors(1)['monitors']);
    const query = { prune: 'true', force: 'true' };
    for (const [monitor, key, outcome] of [
      [second, 'm2', 'done'],
      [second, 'm1', 'plan_stale'],
      [{ ...second, key: 'moved', renamed_from: 'm1' }, 'm1', 'plan_stale'],
    ] as const) {
      const { apply, plan, person } = startInProcess();
      await apply(monitors(1));
      const document = documentOf({ monitors: [first, monitor] });
      const basis = String((await plan(document, query))['basis']);
      person('DELETE', `/api/v1/monitor/${idOf(await plan(monitors(1)), key)}`);
      const applied = apply(document, { ...query, basis });
      if (outcome === 'done') assert.equal(items((await applied)['done']).length, others.length - 1);
      else assert.equal((await problemOf(applied)).code, outcome);
    }
  });

  it('is 409 if anything else has changed', async () => {
    const { apply, plan, person, basis } = await lostAnswer();
    const changes: ((id: string) => void)[] = [
      (id) => person('PUT', `/api/v1/monitor/${id}`, { priority: 5 }),
      (id) => person('DELETE', `/api/v1/monitor/${id}`),
    ];
    for (const change of changes) {
      change(idOf(await plan(monitors(2)), 'm11'));
      assert.equal((await problemOf(apply(monitors(2), { basis }))).code, 'plan_stale');
    }
    assert.equal((await problemOf(apply(monitors(3), { basis }))).code, 'plan_stale');
  });
});
