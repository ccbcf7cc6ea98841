import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  codes,
  documentOf,
  idOf,
  items,
  monitorEntry,
  problemOf,
  startInProcess as start,
  told,
} from '../../../test/documents-in-process.ts';
import { isObject, type Json, type JsonObject } from '../../domain/json.ts';

const alert = (key: string): JsonObject => ({
  key,
  title: key,
  signal: { metric: 'queue.depth', filter: `part:${key}` },
  condition: { over: '5m', above: 1 },
});
const combined = (key: string, signal: JsonObject): JsonObject => ({ key, title: key, signal });
const [A, B] = [alert('a'), monitorEntry('b')];
const BOTH = combined('both', { any_of: ['a', { not: 'b' }, { all_of: ['a', 'b'] }] });
/** Written before its members, so that the order of the document is no help. */
const DOCUMENT = documentOf({ alerts: [BOTH, A], monitors: [B] });

const signalIn = (entry: Json | undefined): Json | undefined => {
  const read = isObject(entry) ? (entry['alert'] ?? entry) : undefined;
  return isObject(read) ? read['signal'] : undefined;
};

describe('an alert that combines others by their keys', () => {
  it('is created after them, and has their ids in its query', async () => {
    const { apply, plan, person } = start();
    await apply(DOCUMENT);
    const answer = await plan(DOCUMENT);
    assert.deepEqual(told(answer).sort(), ['a none', 'b none', 'both none']);
    const [a, b, both] = ['a', 'b', 'both'].map((key) => idOf(answer, key));
    assert.equal(person('GET', `/api/v1/monitor/${both}`)['query'], `${a} || !${b} || (${a} && ${b})`);
  });

  it('reads back with their keys, also those of another application, and in an import', async () => {
    const { apply, plan, send } = start();
    await apply({ ...documentOf({ monitors: [monitorEntry('depth')] }), application: 'other' });
    await apply(
      documentOf({ alerts: [combined('both', { all_of: ['a', 'other/depth'] }), A], monitors: [B] }),
    );
    const expected = { all_of: ['a', 'other/depth'] };
    const query = { application: 'app', key: 'both' };
    const { body: listed } = await send('/get_alerts', undefined, query);
    assert.deepEqual(signalIn(items(listed['alerts'])[0]), expected);
    const { body: imported } = await send('/import', undefined, { application: 'app', team: 'payments' });
    const document = isObject(imported) ? (imported['document'] ?? null) : null;
    assert.ok(isObject(document));
    const read = items(document['alerts']).find((one) => one['key'] === 'both');
    assert.deepEqual(signalIn(read), expected);
    assert.deepEqual(told(await plan(document)).sort(), ['a none', 'b none', 'both none']);
  });

  it('keeps the id of a member without a marker', async () => {
    const { apply, person, send } = start();
    const made = person('POST', '/api/v1/monitor', monitorEntry('person'));
    const id = Number(made['id']);
    await apply(documentOf({ alerts: [combined('both', { all_of: ['a', id] }), A] }));
    const { body } = await send('/get_alerts', undefined, { application: 'app', key: 'both' });
    assert.deepEqual(signalIn(items(body['alerts'])[0]), { all_of: ['a', id] });
  });

  it('is deleted before its members', async () => {
    const { apply, plan, taken } = start();
    await apply(DOCUMENT);
    const both = idOf(await plan(DOCUMENT), 'both');
    taken();
    await apply(documentOf({}), { prune: 'true', force: 'true' });
    const deletes = taken().flatMap(({ call }) => (call.startsWith('DELETE') ? [call] : []));
    assert.equal(deletes.length, 3);
    assert.ok(deletes[0]?.includes(both), deletes[0]);
  });

  it('follows a member that is replaced', async () => {
    const { apply, plan, person } = start();
    await apply(DOCUMENT);
    const check = { check: 'http.can_connect', by: ['host'] };
    const changed = { ...A, signal: check, condition: { failures: 3 } };
    const after = documentOf({ alerts: [BOTH, changed], monitors: [B] });
    const before = idOf(await plan(DOCUMENT), 'a');
    await apply(after, { force: 'true' });
    const answer = await plan(after);
    const [a, b, both] = ['a', 'b', 'both'].map((key) => idOf(answer, key));
    assert.notEqual(a, before);
    assert.equal(person('GET', `/api/v1/monitor/${both}`)['query'], `${a} || !${b} || (${a} && ${b})`);
  });

  it('cannot combine itself, an alert that does not exist, or a combination', async () => {
    const { planRefused } = start();
    const refused = async (...alerts: JsonObject[]) => codes(await planRefused(documentOf({ alerts })));
    assert.ok((await refused(A, combined('self', { all_of: ['a', 'self'] }))).includes('reference_cycle'));
    assert.ok((await refused(combined('both', { all_of: ['a', 'b'] }))).includes('dangling_reference'));
    const inner = combined('inner', { all_of: ['a', 'c'] });
    const outer = combined('outer', { any_of: ['a', { not: 'inner' }] });
    assert.ok((await refused(A, alert('c'), inner, outer)).includes('nested_composite'));
  });

  it('can be created and updated on its own, by the keys of what exists', async () => {
    const { apply, plan, ask, person } = start();
    await apply(documentOf({ alerts: [A], monitors: [B] }));
    const answer = await plan(documentOf({ alerts: [A], monitors: [B] }));
    const [a, b] = ['a', 'b'].map((key) => idOf(answer, key));
    const body = (signal: JsonObject): JsonObject => ({
      application: 'app',
      team: 'payments',
      key: 'both',
      alert: { title: 'both', signal },
    });
    const created = await ask('/create_alert', body({ all_of: ['a', 'b'] }));
    assert.deepEqual(signalIn(created), { all_of: ['a', 'b'] });
    const id = isObject(created) ? String(created['id']) : '';
    assert.equal(person('GET', `/api/v1/monitor/${id}`)['query'], `${a} && ${b}`);
    const updated = await ask('/update_alert', body({ any_of: ['b', 'app/a'] }));
    assert.equal(person('GET', `/api/v1/monitor/${id}`)['query'], `${b} || ${a}`);
    assert.deepEqual(signalIn(updated), { any_of: ['b', 'app/a'] });
    const problem = await problemOf(ask('/create_alert', { ...body({ all_of: ['a', 'absent'] }), key: 'x' }));
    assert.equal(problem.code, 'invalid');
  });
});
