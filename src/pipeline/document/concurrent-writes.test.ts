import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  compositeEntry,
  documentOf,
  items,
  monitorEntry as monitor,
  type Pipeline,
  problemOf,
  startInProcess,
} from '../../../test/documents-in-process.ts';
import type { JsonObject } from '../../domain/json.ts';
import { documentPartOf } from './conflicts.ts';

const dashboard = (key: string, title: string): JsonObject => ({
  key,
  title,
  layout_type: 'ordered',
  widgets: [{ definition: { type: 'note', content: title } }],
});
const KEYS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
const dashboards = (title: string) => documentOf({ dashboards: KEYS.map((key) => dashboard(key, title)) });

/** The outcomes of promises: `done`, or the code of the problem. */
async function outcomes(all: readonly Promise<unknown>[]): Promise<string[]> {
  const settled = await Promise.allSettled(all);
  return settled.map((one) => (one.status === 'fulfilled' ? 'done' : String(one.reason?.code)));
}

describe('two applies at once', () => {
  it('of the same document create each object once, and both succeed', async () => {
    const { apply, person } = startInProcess();
    assert.deepEqual(await outcomes([apply(dashboards('x')), apply(dashboards('x'))]), ['done', 'done']);
    assert.equal(items(person('GET', '/api/v1/dashboard')['dashboards']).length, KEYS.length);
  });

  it('with different content for the same keys leave the content of the one that succeeds', async () => {
    const { apply, person } = startInProcess();
    const results = await outcomes([apply(dashboards('x')), apply(dashboards('y'))]);
    assert.deepEqual(results.toSorted(), ['done', 'plan_stale']);
    const title = results[0] === 'done' ? 'x' : 'y';
    const held = items(person('GET', '/api/v1/dashboard')['dashboards']);
    assert.deepEqual(new Set(held.map((one) => one['title'])), new Set([title]));
    assert.equal(held.length, KEYS.length);
  });

  it('of different keys both succeed', async () => {
    const { apply, person } = startInProcess();
    const one = documentOf({ monitors: [monitor('one')] });
    const two = documentOf({ monitors: [monitor('two')] });
    assert.deepEqual(await outcomes([apply(one), apply(two)]), ['done', 'done']);
    assert.equal(items(person('GET', '/api/v1/monitor')).length, 2);
  });
});

describe('an apply and single writes at once', () => {
  it('end in one content of each key', async () => {
    const { apply, ask, person } = startInProcess();
    const { key: _key, ...x } = monitor('a', { message: 'x' });
    const body = { application: 'app', team: 'payments', key: 'a', monitor: x };
    const results = await outcomes([
      apply(documentOf({ monitors: [monitor('a', { message: 'y' }), monitor('b')] })),
      ask('/create_monitor', body),
      ask('/create_monitor', body),
    ]);
    const held = items(person('GET', '/api/v1/monitor'));
    assert.equal(held.filter(({ name }) => name === 'a').length, 1);
    assert.ok(results.includes('done'), results.join());
    assert.equal(new Set(held.map(({ name }) => name)).size, held.length);
  });
});

/** Does the work once, before an apply takes its leases: when its plan is made. */
function beforeLeases({ ports }: Pipeline, work: () => Promise<unknown>): void {
  const { ledger } = ports;
  const acquire: typeof ledger.acquire = async (...args) => {
    Object.assign(ports, { ledger });
    await work();
    return ledger.acquire(...args);
  };
  Object.assign(ports, { ledger: { ...ledger, acquire } });
}

describe('an apply whose application changes after the plan', () => {
  const created = (key: string) => {
    const { key: _key, ...body } = monitor(key, { message: 'later' });
    return { application: 'app', team: 'payments', key, monitor: body };
  };

  it('is refused before the first write if it would write an object that was equal', async () => {
    const world = startInProcess();
    const { apply, person } = world;
    await apply(documentOf({ monitors: [monitor('a'), monitor('b')] }));
    const held = () => items(person('GET', '/api/v1/monitor'));
    const id = held().find(({ name }) => name === 'b')?.['id'];
    beforeLeases(world, async () => person('PUT', `/api/v1/monitor/${String(id)}`, { message: 'by hand' }));
    const document = documentOf({ monitors: [monitor('a', { message: 'new' }), monitor('b')] });
    const { code, message } = await problemOf(apply(document));
    assert.equal(code, 'plan_stale');
    assert.match(message, /monitor b changed in \/message/);
    assert.deepEqual(
      held().map((one) => one['message']),
      ['@slack-shop', 'by hand'],
    );
  });

  it('is refused if it would delete an object that was created since', async () => {
    for (const key of ['b', 'c']) {
      const world = startInProcess();
      const { apply, ask, person, send } = world;
      await apply(documentOf({ monitors: [monitor('a'), monitor('b')] }));
      beforeLeases(world, async () => {
        // With the key of the object that the plan deletes, too.
        if (key === 'b') await send('/delete_monitor', undefined, { application: 'app', key });
        await ask('/create_monitor', created(key));
      });
      const pruned = apply(documentOf({ monitors: [monitor('a')] }), { prune: 'true' });
      assert.equal((await problemOf(pruned)).code, 'plan_stale');
      const held = items(person('GET', '/api/v1/monitor'));
      assert.deepEqual(
        held.map(({ name }) => name),
        key === 'b' ? ['a', 'b'] : ['a', 'b', 'c'],
      );
      assert.equal(held.at(-1)?.['message'], 'later');
    }
  });

  it('is refused if another object has the key that it renames an object to', async () => {
    const world = startInProcess();
    const { apply, ask, send } = world;
    await apply(documentOf({ monitors: [monitor('a')] }));
    const later = created('a');
    beforeLeases(world, async () => {
      await send('/delete_monitor', undefined, { application: 'app', key: 'a' });
      await ask('/create_monitor', { ...later, key: 'b' });
    });
    const renamed = { ...monitor('a', { message: 'later' }), key: 'b', renamed_from: 'a' };
    assert.equal((await problemOf(apply(documentOf({ monitors: [renamed] })))).code, 'plan_stale');
  });
});

describe('the part of a fingerprint that is about the document', () => {
  it('is whole where it contains hyphens', () => {
    const [one, other] = ['-aaaaaaaaa-aaaaaaaaaa-', '-bbbbbbbbb-bbbbbbbbbb-'];
    assert.deepEqual(
      [one, other].map((digest) => documentPartOf(`${digest}-${one}`)),
      [one, other],
    );
  });
});

describe('a replace that has no time left to delete the old object', () => {
  it('is not reported as done, and the next apply with its basis completes it', async () => {
    const { apply, clock, person, ports } = startInProcess();
    await apply(documentOf({ monitors: [monitor('a')] }));
    const logs = {
      type: 'log alert',
      query: 'logs("status:error").index("*").rollup("count").last("5m") > 2',
    };
    const { create } = ports.monitor;
    const slow: typeof create = async (...args) => {
      const created = await create(...args);
      clock.advance(23_500);
      return created;
    };
    const document = documentOf({ monitors: [monitor('a', logs)] });
    Object.assign(ports.monitor, { create: slow });
    const stopped = await apply(document, { force: 'true' });
    assert.deepEqual(items(stopped['done']), []);
    assert.deepEqual(items(stopped['remaining']), [{ kind: 'monitor', key: 'a', action: 'replace' }]);
    assert.equal(items(person('GET', '/api/v1/monitor')).length, 2);
    const { remaining } = await apply(document, { force: 'true', basis: String(stopped['basis']) });
    assert.deepEqual(items(remaining), []);
    assert.deepEqual(
      items(person('GET', '/api/v1/monitor')).map(({ type }) => type),
      ['log alert'],
    );
  });
});

describe('a replaced object that has a clone', () => {
  it('is replaced by a new object, and the clone stays as it is', async () => {
    const { apply, person } = startInProcess();
    await apply(documentOf({ monitors: [monitor('a')] }));
    const [old = {}] = items(person('GET', '/api/v1/monitor'));
    const { id: _id, created: _created, ...rest } = old;
    const clone = person('POST', '/api/v1/monitor', { ...rest, name: 'clone' });
    const logs = {
      type: 'log alert',
      query: 'logs("status:error").index("*").rollup("count").last("5m") > 2',
    };
    await apply(documentOf({ monitors: [monitor('a', logs)] }), { force: 'true' });
    const held = items(person('GET', '/api/v1/monitor'));
    assert.deepEqual(held.map(({ type }) => type).toSorted(), ['log alert', 'query alert']);
    assert.ok(held.some(({ id, name }) => id === clone['id'] && name === 'clone'));
    assert.ok(!held.some(({ id }) => id === old['id']));
  });
});

describe('a replaced object to which another replaced object refers', () => {
  it('is deleted after that one', async () => {
    const { apply, person } = startInProcess();
    const both = compositeEntry('both', 'a', 'b');
    await apply(documentOf({ monitors: [monitor('a'), monitor('b'), both] }));
    const logs = {
      type: 'log alert',
      query: 'logs("status:error").index("*").rollup("count").last("5m") > 2',
    };
    const changed = documentOf({ monitors: [monitor('a', logs), monitor('b'), monitor('both')] });
    const { findings } = await apply(changed, { force: 'true' });
    assert.deepEqual(findings, []);
    assert.deepEqual(
      items(person('GET', '/api/v1/monitor'))
        .map(({ name, type }) => `${String(name)} ${String(type)}`)
        .toSorted(),
      ['a log alert', 'b query alert', 'both query alert'],
    );
  });
});
