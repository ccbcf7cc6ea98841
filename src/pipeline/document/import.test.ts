import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { realDefinitions, withoutCorpus } from '../../../test/corpus.ts';
import { codes, items, monitorEntry, startInProcess } from '../../../test/documents-in-process.ts';
import { pick, seededRandom } from '../../../test/seeded-random.ts';
import { isObject, type Json, type JsonObject } from '../../domain/json.ts';

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
      assert.equal(items(document['alerts']).length, 1);
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

/** Number of definitions of each kind; each is changed, created by a person, imported and applied. */
const MUTATED = 45;
const SEED = 16;
/** Virtual time (ms) for all definitions in one request. */
const DEADLINE_MS = 600_000;

/** Changes that an object in Datadog can have, regardless of who wrote it. */
const MUTATIONS: readonly [Mutate, ...Mutate[]] = [
  ({ object }) => ({ ...object, tags: ['', ...listIn(object['tags']).slice(0, 3)] }),
  ({ object }) => ({ ...object, tags: [`a:${'b'.repeat(400)}`] }),
  ({ object }) => ({ ...object, tags: ['a', 'a', 'b'] }),
  ({ object }) => ({ ...object, tags: null }),
  ({ object, stored }) => ({ ...object, [stored === 'monitor' ? 'message' : 'description']: '' }),
  ({ object, stored }) => ({ ...object, [stored === 'monitor' ? 'message' : 'description']: null }),
  ({ object }) => ({ ...object, restricted_roles: null }),
  ({ object, stored }) => ({
    ...object,
    ...(stored === 'monitor' ? { priority: null } : { notify_list: null }),
  }),
  ({ object, stored }) => ({
    ...object,
    ...(stored === 'monitor'
      ? { options: { ...objectIn(object['options']), escalation_message: '', timeout_h: null } }
      : {
          template_variables: [{ name: 'env', prefix: '', default: '', available_values: [], defaults: [] }],
        }),
  }),
  ({ object, stored }) => ({
    ...object,
    ...(stored === 'monitor'
      ? { brand_new: { text: '' } }
      : { widgets: [{ definition: { type: 'brand_new', title: '', none: null } }] }),
  }),
];
type Mutate = (of: { readonly object: JsonObject; readonly stored: 'monitor' | 'dashboard' }) => JsonObject;
const listIn = (value: Json | undefined): Json[] => (Array.isArray(value) ? value : []);
const objectIn = (value: Json | undefined): JsonObject => (isObject(value) ? value : {});

describe('a changed real definition', { skip: withoutCorpus }, () => {
  it('can be imported and applied, and then has no change', async (t) => {
    const random = seededRandom(SEED);
    const { person, send, apply, plan } = startInProcess();
    const ids = (['monitor', 'dashboard'] as const).flatMap((stored) => {
      const all = realDefinitions(stored);
      const every = Math.ceil(all.length / MUTATED);
      return all
        .filter((_, at) => at % every === 0)
        .flatMap(({ object }) => {
          const changed = [1, 2].reduce((one) => pick(random, MUTATIONS)({ object: one, stored }), object);
          const { id } = person('POST', `/api/v1/${stored}`, changed);
          return id === undefined ? [] : [String(id)];
        });
    });
    const query = { application: 'app', team: 'payments', id: ids.join(',') };
    const { document } = (await send('/import', undefined, query, DEADLINE_MS)).body;
    assert.ok(isObject(document));
    await apply(document, {}, DEADLINE_MS);
    const { objects } = await plan(document);
    assert.deepEqual(
      items(objects).filter(({ action }) => action !== 'none'),
      [],
    );
    t.diagnostic(`${items(objects).length} definitions were changed`);
    assert.ok(items(objects).length > MUTATED / 2);
  });
});
