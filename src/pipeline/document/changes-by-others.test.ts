import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  documentOf,
  idOf,
  items,
  monitorEntry,
  problemOf,
  startInProcess as start,
} from '../../../test/documents-in-process.ts';
import { printJson, type JsonObject } from '../../domain/json.ts';
import { ProblemError } from '../../domain/problem.ts';

const DOCUMENT = documentOf({
  monitors: [monitorEntry('load', { message: 'one @slack-a', tags: ['env:prod', 'own:tag'] })],
  dashboards: [
    {
      key: 'board',
      title: 'Board',
      layout_type: 'ordered',
      widgets: ['a', 'b'].map((content) => ({ definition: { type: 'note', content } })),
    },
  ],
});
type World = ReturnType<typeof start>;

/** Changes an object in Datadog, as a person in the web interface does. */
function edit({ person }: World, path: string, change: (live: JsonObject) => JsonObject): void {
  const live = person('GET', path);
  person('PUT', path, { ...live, ...change(live) });
}

/** Returns `path by` of each change of a plan; `object by` for an object that has no changes but an author. */
const marks = (plan: JsonObject): string[] =>
  items(plan['objects']).flatMap(({ key, changes, changed_by: by }) => {
    const list = items(changes).map(({ path, changed_by }) => `${String(path)} ${String(changed_by)}`);
    return list.length > 0 || by === undefined ? list : [`${String(key)} ${String(by)}`];
  });
const monitorPath = (plan: JsonObject) => `/api/v1/monitor/${idOf(plan)}`;

async function applied(options?: Parameters<typeof start>[0]) {
  const world = start(options);
  await world.apply(DOCUMENT);
  return { world, path: monitorPath(await world.plan(DOCUMENT)) };
}

describe('a plan that would undo the change of somebody else', () => {
  it('says who made it and when, of each field, but not of the changes of the document', async () => {
    const { world, path } = await applied();
    edit(world, path, ({ tags }) => ({
      message: 'two @slack-a',
      tags: [...(Array.isArray(tags) ? tags : []).filter((tag) => tag !== 'own:tag'), 'by:hand'],
    }));
    const [own = {}] = items(DOCUMENT['monitors']);
    const changed = { ...DOCUMENT, monitors: [{ ...own, priority: 2 }] };
    const plan = await world.plan(changed);
    assert.deepEqual(marks(plan).toSorted(), [
      '/message sandbox@example.com',
      '/priority undefined',
      '/tags/1 sandbox@example.com',
    ]);
    const [monitor] = items(plan['objects']);
    assert.equal(monitor?.['changed_by'], 'sandbox@example.com');
    const times = items(monitor?.['changes']).map(({ changed_at: at }) => typeof at);
    assert.deepEqual(times.toSorted(), ['string', 'string', 'undefined']);
    // An apply undoes the change and becomes the last one.
    await world.apply(changed);
    assert.deepEqual(marks(await world.plan(DOCUMENT)), ['/priority undefined']);
  });

  it('says it of widgets, deleted objects, and objects that are deleted from the document', async () => {
    const { world, path } = await applied();
    const board = `/api/v1/dashboard/${idOf(await world.plan(DOCUMENT), 'board')}`;
    edit(world, board, ({ widgets }) => ({
      widgets: [...items(widgets).slice(0, 1), { definition: { type: 'note', content: 'c' } }],
    }));
    assert.deepEqual(marks(await world.plan(DOCUMENT)), [
      '/widgets/1/definition/content sandbox@example.com',
    ]);
    edit(world, path, () => ({ message: 'still needed' }));
    assert.deepEqual(marks(await world.plan(documentOf({}), { prune: 'true' })).toSorted(), [
      'board sandbox@example.com',
      'load sandbox@example.com',
    ]);
    world.person('DELETE', path);
    const plan = await world.plan(DOCUMENT);
    assert.deepEqual(marks(plan), [
      'load sandbox@example.com',
      '/widgets/1/definition/content sandbox@example.com',
    ]);
  });

  it('says that the author is unknown without an audit trail, and nothing of what may not be deleted', async () => {
    const { world, path } = await applied({ audit: false });
    edit(world, path, () => ({ message: 'two @slack-a' }));
    assert.deepEqual(marks(await world.plan(DOCUMENT)), ['/message not known']);
    world.person('DELETE', path);
    assert.deepEqual(marks(await world.plan(DOCUMENT)), []);
  });

  it('says which other caller made it through Birddog, since the last apply', async () => {
    const { world } = await applied();
    const update = (message: string, caller: string) => {
      const body = { application: 'app', key: 'load', monitor: { message } };
      return world.send(
        '/update_monitor',
        { text: printJson(body), format: 'json' },
        {},
        25_000,
        undefined,
        caller,
      );
    };
    await update('two @slack-a', 'colleague');
    await update('three @slack-a', 'other');
    assert.deepEqual(marks(await world.plan(DOCUMENT)), ['/message other']);
    await update('four @slack-a', 'c');
    assert.deepEqual(
      marks(await world.plan(DOCUMENT)),
      ['/message undefined'],
      'the change of the caller itself',
    );
  });

  it('says it of an object that is renamed, which is shown as it will be', async () => {
    const { world, path } = await applied();
    edit(world, path, () => ({ message: 'two @slack-a' }));
    const [own = {}] = items(DOCUMENT['monitors']);
    const renamed = { ...DOCUMENT, monitors: [{ ...own, key: 'high-load', renamed_from: 'load' }] };
    const plan = await world.plan(renamed);
    assert.deepEqual(marks(plan), ['/message sandbox@example.com']);
    const object = items(plan['objects']).find(({ action }) => action === 'rename');
    assert.match(printJson(object?.['after'] ?? null), /birddog_key:app\/high-load/);
  });

  it('says nothing of a change that it keeps, or of a clone that took the place of the object', async () => {
    const { world, path } = await applied();
    const live = world.person('GET', path);
    edit(world, path, () => ({ message: 'two @slack-a', priority: 3 }));
    const [own = {}] = items(DOCUMENT['monitors']);
    const keeps = { ...own, message: 'two @slack-a', unmanaged: ['/priority'], name: 'new' };
    const plan = await world.plan({ ...DOCUMENT, monitors: [keeps] });
    assert.deepEqual(marks(plan), ['/name undefined']);
    assert.ok(items(plan['objects']).every(({ changed_by: by }) => by === undefined));
    const { type = '', query = '', tags = [], options = {} } = live;
    world.person('POST', '/api/v1/monitor', {
      type,
      query,
      tags,
      options,
      name: 'Copy',
      message: 'one @slack-a',
    });
    world.person('DELETE', path);
    assert.deepEqual(marks(await world.plan(DOCUMENT)), ['/name undefined']);
  });

  it('asks the audit trail only about changed objects, once for many of them', async () => {
    const many = documentOf({ monitors: Array.from({ length: 60 }, (_, at) => monitorEntry(`m${at}`)) });
    const world = start();
    await world.apply(many, {}, 600_000);
    const searches = () => world.taken().filter(({ call }) => call.includes('/audit/')).length;
    searches();
    const changed = documentOf({ monitors: items(many['monitors']).map((one) => ({ ...one, priority: 1 })) });
    assert.deepEqual(marks(await world.plan(changed)), Array(60).fill('/priority undefined'));
    assert.equal(searches(), 0);
    for (const { id } of items((await world.plan(many))['objects']))
      edit(world, `/api/v1/monitor/${String(id)}`, () => ({ message: 'theirs' }));
    searches();
    const found = marks(await world.plan(many));
    assert.equal(searches(), 1);
    assert.equal(found.length, 60);
    assert.deepEqual(found.slice(50), Array(10).fill('/message not known'));
  });

  it('is planned without authors while the ledger is unavailable', async () => {
    const { world, path } = await applied();
    edit(world, path, () => ({ message: 'two @slack-a' }));
    const { ledger } = world.ports;
    ledger.newestRevision = async () => {
      throw new ProblemError('ledger_unavailable', 'down');
    };
    assert.deepEqual(marks(await world.plan(DOCUMENT)), ['/message undefined']);
    ledger.newestRevision = async () => {
      throw new ProblemError('internal', 'a bug');
    };
    assert.equal((await problemOf(world.plan(DOCUMENT))).code, 'internal');
  });
});
