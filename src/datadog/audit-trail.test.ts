import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { emulatedDatadog } from '../../test/emulated-datadog.ts';

const SEARCH = '/api/v2/audit/events/search';
const HOUR = 3_600_000;

function start(options: { readonly audit?: boolean } = {}) {
  const world = emulatedDatadog(options);
  const query = 'avg(last_5m):avg:m{*} > 1';
  const begun = world.clock.now();
  const id = String(world.person('POST', '/api/v1/monitor', { type: 'query alert', name: 'n', query })['id']);
  const ask = async (since = begun, of = id) =>
    (await world.datadog.trail.changes([of], since, world.context())).get(of)?.changes;
  return { ...world, id, begun, ask };
}

describe('who changed an object', () => {
  it('lists changes since a time, newest first', async () => {
    const { id, begun, ask, clock, person } = start();
    clock.advance(60_000);
    person('PUT', `/api/v1/monitor/${id}`, { message: 'new' });
    const told = async (since?: number) => (await ask(since))?.map(({ by, at }) => [by, at]);
    const by = 'sandbox@example.com';
    assert.deepEqual(await told(), [
      [by, begun + 60_000],
      [by, begun],
    ]);
    assert.deepEqual(await told(begun + 60_000), [[by, begun + 60_000]]);
    assert.deepEqual(await ask(begun + 60_001), []);
  });

  it('lists changes of that object only, also days later', async () => {
    const { ask, begun, clock } = start();
    clock.advance(72 * HOUR);
    assert.equal((await ask())?.[0]?.at, begun);
    assert.deepEqual(await ask(begun, '1'), []);
    assert.deepEqual(await ask(begun, '1" OR @asset.id:"'), []);
  });

  it('includes the object before and after, and deletions', async () => {
    const { id, ask, person } = start();
    person('PUT', `/api/v1/monitor/${id}`, { message: 'new' });
    person('DELETE', `/api/v1/monitor/${id}`);
    const [deleted, changed] = (await ask()) ?? [];
    assert.deepEqual([deleted?.deletes, changed?.deletes], [true, false]);
    assert.deepEqual([changed?.before?.['message'], changed?.after?.['message']], ['', 'new']);
  });

  it('reads many objects fifty per request, and marks a truncated list', async () => {
    const { id, begun, datadog, person, taken, context } = start();
    const ids = [id, ...Array.from({ length: 50 }, (_, at) => `none-${at}`)];
    taken();
    assert.equal((await datadog.trail.changes(ids, begun, context())).size, 51);
    assert.deepEqual(
      taken().map(({ call }) => call),
      [`POST ${SEARCH}`, `POST ${SEARCH}`],
    );
    assert.deepEqual(await datadog.trail.changes([], begun, context()), new Map());
    const of = async () => (await datadog.trail.changes([id], begun, context())).get(id);
    assert.equal((await of())?.whole, true);
    for (let n = 0; n < 12; n += 1) person('PUT', `/api/v1/monitor/${id}`, { message: String(n) });
    const cut = await of();
    assert.deepEqual([cut?.whole, cut?.changes[0]?.after?.['message']], [false, '11']);
  });

  it('is not known without an audit trail, which is not asked for again within the hour', async () => {
    const { ask, clock, taken } = start({ audit: false });
    const asked = () => taken().filter(({ call }) => call === `POST ${SEARCH}`).length;
    assert.deepEqual([await ask(), asked()], [undefined, 1]);
    clock.advance(HOUR - 1);
    assert.deepEqual([await ask(), asked()], [undefined, 0]);
    clock.advance(1);
    assert.deepEqual([await ask(), asked()], [undefined, 1]);
  });

  it('is not known where the trail has no such path, fails or gives something strange', async () => {
    const { ask, fail, clock, taken } = start();
    fail(SEARCH, 404);
    assert.equal(await ask(), undefined);
    clock.advance(HOUR);
    fail(SEARCH, 200, { data: [{ attributes: { timestamp: 'never', attributes: { usr: 7 } } }] });
    fail(SEARCH, 200, []);
    assert.deepEqual([await ask(), await ask()], [[], undefined]);
    taken();
    for (let n = 0; n < 4; n += 1) fail(SEARCH, 503);
    assert.equal(await ask(), undefined);
    assert.equal(taken().length, 4, 'a search is a read, and is tried again');
    assert.ok(await ask(), 'a failure is not remembered');
  });

  it('is not waited for longer than a name is worth', async () => {
    const { id, begun, datadog, fail, clock, context } = start();
    for (const { left, max } of [
      { left: 25_000, max: 5000 },
      { left: 4000, max: 2000 },
    ]) {
      for (let n = 0; n < 9; n += 1) fail(SEARCH, 429);
      const before = clock.now();
      assert.deepEqual(await datadog.trail.changes([id], begun, context(left)), new Map());
      assert.ok(clock.now() - before <= max);
    }
  });
});
