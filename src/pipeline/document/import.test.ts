import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { codes, items, monitorEntry, startInProcess } from '../../../test/documents-in-process.ts';
import { isObject, type JsonObject } from '../../domain/json.ts';

/** Creates a monitor in Datadog without Birddog, imports it, applies the document, and returns it with the second plan. */
async function importAndApply(more: JsonObject) {
  const { person, send, apply, plan } = startInProcess();
  const { key: _, ...monitor } = monitorEntry('load', more);
  const { id } = person('POST', '/api/v1/monitor', monitor);
  const query = { application: 'app', team: 'payments', id: String(id) };
  const { document } = (await send('/import', undefined, query)).body;
  assert.ok(isObject(document));
  await apply(document);
  return { document, second: await plan(document) };
}

describe('an imported document', () => {
  const returned: readonly [what: string, more: JsonObject][] = [
    ['an empty tag', { tags: [''] }],
    ['a long tag', { tags: [`a:${'b'.repeat(300)}`] }],
    ['null members', { priority: null, restricted_roles: null }],
  ];
  for (const [what, more] of returned)
    it(`is applied and then has no change, with ${what}`, async () => {
      const { document, second } = await importAndApply(more);
      assert.equal(items(document['monitors']).length, 1);
      assert.deepEqual(
        items(second['objects']).map(({ action }) => action),
        ['none'],
      );
    });

  it('omits the monitor of a synthetic test, with a warning', async () => {
    const { person, send, fail } = startInProcess();
    const { key: _, ...monitor } = monitorEntry('load');
    const { id } = person('POST', '/api/v1/monitor', monitor);
    const read = person('GET', `/api/v1/monitor/${String(id)}`);
    fail(`/api/v1/monitor/${String(id)}`, 200, { ...read, type: 'synthetics alert' });
    const query = { application: 'app', team: 'payments', id: String(id) };
    const { body } = await send('/import', undefined, query);
    assert.ok(isObject(body['document']));
    assert.equal(body['document']['monitors'], undefined);
    assert.deepEqual(codes(body), ['synthetics_elsewhere']);
  });
});
