import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createHash } from 'node:crypto';
import { before, describe, it } from 'node:test';
import { combinedMonitors, realDefinitions, withoutCorpus } from '../../../test/corpus.ts';
import { codes, documentOf, items, startInProcess } from '../../../test/documents-in-process.ts';
import { leavesOf, withAnotherAt } from '../../../test/real-fields.ts';
import { isObject, type JsonObject } from '../../domain/json.ts';
import { toSend, type StoredKind } from '../../domain/managed-fields.ts';
import { isSet } from '../../diff/set-changes.ts';

/** Deadline (ms) for the whole corpus in one document. */
const CORPUS_DEADLINE_MS = 600_000;
const KINDS: readonly StoredKind[] = ['monitor', 'dashboard'];

/** Returns one document with every real definition, under an explicit key. */
const everything = (change: (kind: StoredKind, object: JsonObject) => JsonObject = (_, object) => object) =>
  documentOf(
    Object.fromEntries(
      KINDS.map((kind) => [
        `${kind}s`,
        realDefinitions(kind).map(({ object }, at) => ({ ...change(kind, object), key: `${kind}-${at}` })),
      ]),
    ),
  );

const changedObjects = (body: JsonObject) => items(body['objects']).filter(({ action }) => action !== 'none');

describe('every real definition in one document', { skip: withoutCorpus }, () => {
  const { ask, plan, planRefused, send, taken, seed: addObjects } = startInProcess();
  before(() => addObjects(combinedMonitors()));

  it('has no changes after an apply, and after two more imports and applies', async (t) => {
    const applied = await ask('/apply', everything(), {}, CORPUS_DEADLINE_MS);
    assert.deepEqual(applied['remaining'], []);
    assert.deepEqual(changedObjects(await plan(everything())), []);
    for (let round = 0; round < 2; round += 1) {
      const { body } = await send(
        '/import',
        undefined,
        { application: 'app', team: 'payments' },
        CORPUS_DEADLINE_MS,
      );
      const { document: exported } = body;
      assert.ok(isObject(exported));
      taken();
      assert.deepEqual(changedObjects(await ask('/apply', exported, {}, CORPUS_DEADLINE_MS)), []);
      const writes = taken().filter(({ call }) => !call.startsWith('GET'));
      assert.deepEqual(writes, []);
    }
    t.diagnostic(`${items(applied['objects']).length} definitions`);
  });

  it('has a plan with exactly the one field that was changed in each definition', async (t) => {
    let count = 0;
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
        for (const { key, changes, action } of items((await planRefused(document))['objects'])) {
          const pointer = where.get(String(key)) ?? '';
          const paths = items(changes).map(({ path }) => String(path));
          const says = `${String(key)} ${pointer}: ${String(action)} ${paths.join(' ')}`;
          assert.equal(paths.length, 1, says);
          assert.ok(paths[0] === pointer || isSet(pointer.replace(/\/\d+$/, '')), says);
          count += 1;
        }
      }),
      { numRuns: 1 },
    );
    t.diagnostic(`${count} fields were changed`);
    assert.ok(count > 0);
  });
});

describe('every real definition that was created in Datadog', { skip: withoutCorpus }, () => {
  it('is imported, and adopted by adding only markers and the team tag', async (t) => {
    const { send, plan, person } = startInProcess();
    // Datadog rejects the second of two equal monitors.
    const ids = KINDS.flatMap((kind) =>
      realDefinitions(kind).flatMap(({ object }) => {
        const { id } = person('POST', `/api/v1/${kind}`, object);
        return id === undefined ? [] : [String(id)];
      }),
    );
    const query = { application: 'app', team: 'payments', id: ids.join(',') };
    const { document } = (await send('/import', undefined, query, CORPUS_DEADLINE_MS)).body;
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
          kind !== 'dashboard'
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

/** Returns a pseudo-random number that depends only on the text. */
function numberOf(text: string): number {
  return createHash('sha256').update(text).digest().readUInt32BE();
}

/** Fields that Datadog drops or sets, and type or layout, whose change is a replacement. */
const NO_FIELD =
  /^\/(?:classification|type|layout_type|options|title)$|^(?:\/widgets\/\d+(?:\/definition)?)+\/id$|^\/assets\/\d+\/monitor_id/;
