import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { emulatedDatadog } from '../../test/emulated-datadog.ts';
import type { StoredKind } from '../domain/managed-fields.ts';
import { isObject } from '../domain/json.ts';
import type { SearchFilter } from '../pipeline/ports.ts';

let world: ReturnType<typeof emulatedDatadog>;
beforeEach(() => {
  world = emulatedDatadog();
});

async function names(kind: StoredKind, filter: SearchFilter): Promise<unknown[]> {
  const found = await world.datadog.objects[kind].search(filter, world.context());
  return found.map((object) => object['name'] ?? object['title']);
}
const callsMade = () =>
  world.taken().map(({ call }) => call.replace(/\/\d+$|[a-z0-9]{3}(-[a-z0-9]{3}){2}$/, '/*'));

function monitor(name: string, tags: readonly string[] = []): void {
  world.clock.advance(1000);
  const query = `avg(last_5m):avg:m.${name}{*} > 1`;
  world.person('POST', '/api/v1/monitor', { type: 'query alert', name, query, tags: [...tags] });
}
function dashboard(title: string, others: { description?: string; tags?: string[] } = {}): void {
  world.clock.advance(1000);
  world.person('POST', '/api/v1/dashboard', { title, layout_type: 'ordered', widgets: [], ...others });
}

describe('a search for monitors', () => {
  it('by tag filters the list, whose monitors are complete', async () => {
    monitor('one', ['service:foo', 'env:prod']);
    monitor('two', ['service:bar']);
    monitor('three', ['service:foo']);
    assert.deepEqual(await names('monitor', { tag: 'service:foo' }), ['one', 'three']);
    assert.deepEqual(await names('monitor', { tag: 'service:foo,env:prod' }), ['one']);
    const calls = world.taken();
    assert.deepEqual(
      calls.map(({ call }) => call),
      ['GET /api/v1/monitor', 'GET /api/v1/monitor'],
    );
    assert.match(calls[0]?.query ?? '', /monitor_tags=service%3Afoo/);
  });

  it('filters the results of Datadog again by tag', async () => {
    world.fail('/api/v1/monitor', 200, [
      { id: 1, name: 'other', tags: ['service:bar'] },
      { id: 2, name: 'own', tags: ['Service:foo'] },
    ]);
    assert.deepEqual(await names('monitor', { tag: 'service:foo' }), ['own']);
  });

  it('by query uses the search, and fetches a few results one by one', async () => {
    for (const name of ['one', 'two', 'three']) monitor(name, [`service:${name}`]);
    const [found] = await world.datadog.objects.monitor.search({ query: 'service:two' }, world.context());
    assert.ok(isObject(found?.['options']), 'search results have no options');
    assert.deepEqual(callsMade(), ['GET /api/v1/monitor/search', 'GET /api/v1/monitor/*']);
    assert.deepEqual(await names('monitor', { query: 'service:nobody' }), []);
    assert.deepEqual(callsMade(), ['GET /api/v1/monitor/search']);
  });

  it('by query reads many results from the list if that takes fewer calls', async () => {
    for (let n = 0; n < 250; n += 1) monitor(`n${n}`, ['service:foo']);
    monitor('other');
    assert.equal((await names('monitor', { query: 'service:foo' })).length, 250);
    const search = 'GET /api/v1/monitor/search';
    assert.deepEqual(callsMade(), [search, search, search, search, 'GET /api/v1/monitor']);
  });

  it('fetches results that are missing from the list, and omits deleted ones', async () => {
    for (const name of ['one', 'two', 'three', 'four']) monitor(name);
    const found = (ids: readonly number[]) => ({
      monitors: ids.map((id) => ({ id })),
      metadata: { total_count: ids.length },
    });
    const list = await world.datadog.objects.monitor.search({}, world.context());
    const ids = list.map(({ id }) => Number(id));
    world.fail('/api/v1/monitor/search', 200, found([...ids, 1]));
    world.fail('/api/v1/monitor', 200, list.slice(1));
    assert.deepEqual(await names('monitor', { query: 'x' }), ['one', 'two', 'three', 'four']);
  });

  it('by query and tag returns the monitors that match both', async () => {
    monitor('one', ['service:foo', 'env:prod']);
    monitor('two', ['service:foo']);
    monitor('three', ['env:prod']);
    assert.deepEqual(await names('monitor', { query: 'service:foo', tag: 'env:prod' }), ['one']);
    assert.deepEqual(callsMade(), ['GET /api/v1/monitor/search', 'GET /api/v1/monitor']);
  });

  it("that Datadog rejects fails with Datadog's message", async () => {
    await assert.rejects(names('monitor', { query: 'status:nonsense' }), {
      code: 'datadog_refused',
      message: /not a valid monitor status/,
    });
  });
});

describe('a search for dashboards', () => {
  beforeEach(() => {
    dashboard('Checkout overview', { description: 'of service:checkout', tags: ['team:shop'] });
    dashboard('Checkout details', { tags: ['team:pay'] });
    dashboard('Payments');
    world.taken();
  });

  it('matches every word in the title or description, and fetches only matches', async () => {
    assert.deepEqual(await names('dashboard', { query: 'checkout' }), [
      'Checkout overview',
      'Checkout details',
    ]);
    assert.equal(callsMade().length, 3);
    assert.deepEqual(await names('dashboard', { query: 'OVERVIEW service:checkout' }), ['Checkout overview']);
    assert.deepEqual(await names('dashboard', { query: '"checkout details"' }), ['Checkout details']);
    assert.deepEqual(await names('dashboard', { query: '"details checkout"' }), []);
    assert.deepEqual(await names('dashboard', { tag: 'service:checkout' }), ['Checkout overview']);
  });

  it('matches a team in the tags', async () => {
    assert.deepEqual(await names('dashboard', { tag: 'team:shop' }), ['Checkout overview']);
    assert.deepEqual(await names('dashboard', { query: 'team:pay' }), ['Checkout details']);
    assert.deepEqual(await names('dashboard', { query: 'overview', tag: 'team:pay' }), []);
  });
});
