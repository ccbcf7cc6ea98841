import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { realDefinitions, withoutCorpus } from '../../../test/corpus.ts';
import { codes, documentOf, items, startInProcess } from '../../../test/documents-in-process.ts';
import { leavesOf, withAnotherAt } from '../../../test/real-fields.ts';
import { isObject, type JsonObject } from '../../domain/json.ts';
import { toSend, type StoredKind } from '../../domain/managed-fields.ts';
import { isSet } from '../../diff/set-changes.ts';

/** Time enough (ms) for the whole corpus at once. */
const LONG = 600_000;
const KINDS: readonly StoredKind[] = ['monitor', 'dashboard'];

/** Every real definition, under an explicit key. */
const everything = (change: (kind: StoredKind, object: JsonObject) => JsonObject = (_, object) => object) =>
  documentOf(
    Object.fromEntries(
      KINDS.map((kind) => [
        `${kind}s`,
        realDefinitions(kind).map(({ object }, at) => ({ ...change(kind, object), key: `${kind}-${at}` })),
      ]),
    ),
  );

const loud = (body: JsonObject) => items(body['objects']).filter(({ action }) => action !== 'none');

describe('every real definition in one document', { skip: withoutCorpus }, () => {
  const { ask, plan, send, taken } = startInProcess();

  it('is quiet after an apply, and after export and import twice more', async (t) => {
    const applied = await ask('/apply', everything(), {}, LONG);
    assert.deepEqual(applied['remaining'], []);
    assert.deepEqual(loud(await plan(everything())), []);
    for (let round = 0; round < 2; round += 1) {
      const { body } = await send('/import', undefined, { application: 'app', team: 'payments' }, LONG);
      const { document: exported } = body;
      assert.ok(isObject(exported));
      taken();
      assert.deepEqual(loud(await ask('/apply', exported, {}, LONG)), []);
      const writes = taken().filter(({ call }) => !call.startsWith('GET'));
      assert.deepEqual(writes, []);
    }
    t.diagnostic(`${items(applied['objects']).length} definitions`);
  });

  it('with a field changed in each: the plan shows that field of each, and no other', async (t) => {
    let told = 0;
    await fc.assert(
      fc.asyncProperty(fc.integer(), async (seed) => {
        const where = new Map<string, string>();
        const names = { monitor: 0, dashboard: 0 };
        const document = everything((kind, object) => {
          const fields = leavesOf(toSend(kind, object).object).filter((pointer) => !NO_FIELD.test(pointer));
          const key = `${kind}-${names[kind]++}`;
          const pointer = fields[numberOf(`${seed} ${key}`) % fields.length] ?? '';
          where.set(key, pointer);
          return withAnotherAt(object, pointer);
        });
        for (const { key, changes, action } of items((await plan(document))['objects'])) {
          const pointer = where.get(String(key)) ?? '';
          const paths = items(changes).map(({ path }) => String(path));
          const says = `${String(key)} ${pointer}: ${String(action)} ${paths.join(' ')}`;
          assert.equal(paths.length, 1, says);
          assert.ok(paths[0] === pointer || isSet(pointer.replace(/\/\d+$/, '')), says);
          told += 1;
        }
      }),
      { numRuns: 1 },
    );
    t.diagnostic(`${told} fields were changed`);
    assert.ok(told > 0);
  });
});

describe('every real definition that somebody made in Datadog', { skip: withoutCorpus }, () => {
  it('is imported, and adopted by adding markers and the tag of the team alone', async (t) => {
    const { send, plan, person } = startInProcess();
    // Of two equal monitors Datadog takes one.
    const ids = KINDS.flatMap((kind) =>
      realDefinitions(kind).flatMap(({ object }) => {
        const { id } = person('POST', `/api/v1/${kind}`, object);
        return id === undefined ? [] : [String(id)];
      }),
    );
    const query = { application: 'app', team: 'payments', id: ids.join(',') };
    const { document } = (await send('/import', undefined, query, LONG)).body;
    assert.ok(isObject(document));
    const planned = await plan(document);
    assert.deepEqual(
      codes(planned).filter((code) => code === 'adopt_owned' || code === 'adopt_missing'),
      [],
    );
    const objects = items(planned['objects']);
    assert.equal(objects.length, ids.length);
    for (const { kind, key, action, changes } of objects) {
      assert.equal(action, 'update', String(key));
      for (const change of items(changes)) {
        const marker =
          kind === 'monitor'
            ? /^(?:team:payments|birddog_application:app|birddog_key:app\/.*)$/.test(String(change['to']))
            : String(change['to']).endsWith(`Managed by Birddog: app/${String(key)}`) ||
              change['to'] === 'team:payments' ||
              JSON.stringify(change['to']) === '["team:payments"]';
        assert.ok(marker, `${String(key)}: ${JSON.stringify(change)}`);
      }
    }
    t.diagnostic(`${objects.length} were adopted`);
  });
});

/** A number that looks like any other, the same for the same text. */
function numberOf(text: string): number {
  return createHash('sha256').update(text).digest().readUInt32BE();
}

/** Fields that Datadog drops or sets, and type or layout, whose change is a replacement. */
const NO_FIELD =
  /^\/(?:classification|type|layout_type|options|title)$|^(?:\/widgets\/\d+(?:\/definition)?)+\/id$|^\/assets\/\d+\/monitor_id/;
