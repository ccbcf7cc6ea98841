import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { emulatedDatadog } from '../../test/emulated-datadog.ts';

const SEARCH = '/api/v2/audit/events/search';
const HOUR = 3_600_000;

function start(options: { readonly audit?: boolean } = {}) {
  const world = emulatedDatadog(options);
  const query = 'avg(last_5m):avg:m{*} > 1';
  const startedAt = world.clock.now();
  const id = String(world.person('POST', '/api/v1/monitor', { type: 'query alert', name: 'n', query })['id']);
  const changes = async (since = startedAt, history = id) =>
    (await world.datadog.auditTrail.changes([history], since, world.context())).get(history)?.changes;
  return { ...world, id, startedAt, changes };
}

describe('who changed an object', () => {
  it('lists changes since a time, newest first', async () => {
    const { id, startedAt, changes, clock, person } = start();
    clock.advance(60_000);
    person('PUT', `/api/v1/monitor/${id}`, { message: 'new' });
    const authors = async (since?: number) => (await changes(since))?.map(({ by, at }) => [by, at]);
    const by = 'sandbox@example.com';
    assert.deepEqual(await authors(), [
      [by, startedAt + 60_000],
      [by, startedAt],
    ]);
    assert.deepEqual(await authors(startedAt + 60_000), [[by, startedAt + 60_000]]);
    assert.deepEqual(await changes(startedAt + 60_001), []);
  });

  it('lists changes of that object only, also days later', async () => {
    const { changes, startedAt, clock } = start();
    clock.advance(72 * HOUR);
    assert.equal((await changes())?.[0]?.at, startedAt);
    assert.deepEqual(await changes(startedAt, '1'), []);
    assert.deepEqual(await changes(startedAt, '1" OR @asset.id:"'), []);
  });

  it('includes the object before and after, and deletions', async () => {
    const { id, changes, person } = start();
    person('PUT', `/api/v1/monitor/${id}`, { message: 'new' });
    person('DELETE', `/api/v1/monitor/${id}`);
    const [deleted, changed] = (await changes()) ?? [];
    assert.deepEqual([deleted?.deletes, changed?.deletes], [true, false]);
    assert.deepEqual([changed?.before?.['message'], changed?.after?.['message']], ['', 'new']);
  });

  it('reads many objects fifty per request, and marks a truncated list', async () => {
    const { id, startedAt, datadog, person, taken, context } = start();
    const ids = [id, ...Array.from({ length: 50 }, (_, at) => `none-${at}`)];
    taken();
    assert.equal((await datadog.auditTrail.changes(ids, startedAt, context())).size, 51);
    assert.deepEqual(
      taken().map(({ call }) => call),
      [`POST ${SEARCH}`, `POST ${SEARCH}`],
    );
    assert.deepEqual(await datadog.auditTrail.changes([], startedAt, context()), new Map());
    const history = async () => (await datadog.auditTrail.changes([id], startedAt, context())).get(id);
    assert.equal((await history())?.complete, true);
    for (let n = 0; n < 12; n += 1) person('PUT', `/api/v1/monitor/${id}`, { message: String(n) });
    const cut = await history();
    assert.deepEqual([cut?.complete, cut?.changes[0]?.after?.['message']], [false, '11']);
  });

  it('is undefined without an audit trail, which is queried again only after an hour', async () => {
    const { changes, clock, taken } = start({ audit: false });
    const requests = () => taken().filter(({ call }) => call === `POST ${SEARCH}`).length;
    assert.deepEqual([await changes(), requests()], [undefined, 1]);
    clock.advance(HOUR - 1);
    assert.deepEqual([await changes(), requests()], [undefined, 0]);
    clock.advance(1);
    assert.deepEqual([await changes(), requests()], [undefined, 1]);
  });

  it('is undefined if the endpoint does not exist, fails or sends an invalid response', async () => {
    const { changes, fail, clock, taken } = start();
    fail(SEARCH, 404);
    assert.equal(await changes(), undefined);
    clock.advance(HOUR);
    fail(SEARCH, 200, { data: [{ attributes: { timestamp: 'never', attributes: { usr: 7 } } }] });
    fail(SEARCH, 200, []);
    assert.deepEqual([await changes(), await changes()], [[], undefined]);
    taken();
    for (let n = 0; n < 4; n += 1) fail(SEARCH, 503);
    assert.equal(await changes(), undefined);
    assert.equal(taken().length, 4, 'a search only reads, so it is retried');
    assert.ok(await changes(), 'a failure is not cached');
  });

  it('is awaited for at most 5 s and half of the remaining deadline', async () => {
    const { id, startedAt, datadog, fail, clock, context } = start();
    for (const { left, max } of [
      { left: 25_000, max: 5000 },
      { left: 4000, max: 2000 },
    ]) {
      for (let n = 0; n < 9; n += 1) fail(SEARCH, 429);
      const before = clock.now();
      assert.deepEqual(await datadog.auditTrail.changes([id], startedAt, context(left)), new Map());
      assert.ok(clock.now() - before <= max);
    }
  });
});
