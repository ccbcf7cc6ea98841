import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  changed,
  compositeEntry,
  dashboardEntry,
  documentOf,
  idOf,
  items,
  LAST_APPLY,
  monitorEntry,
  type Pipeline,
  problemOf,
  revisionOf,
  startInProcess,
  told,
} from '../../../test/documents-in-process.ts';
import { isObject, type JsonObject } from '../../domain/json.ts';

const composite = compositeEntry('both', 'load', 'disk');

/** Plans a restore and applies the plan. Returns both answers. */
async function restored(pipeline: Pipeline, body: JsonObject, query = {}) {
  const plan = await pipeline.ask('/restore', body, query);
  const done = await pipeline.ask('/restore', { ...body, basis: plan['basis'] ?? '' }, query);
  assert.deepEqual(done['remaining'], []);
  return { plan, done };
}

/** Returns an object of the application in Datadog. */
async function live(pipeline: Pipeline, key: string, kind: 'monitor' | 'dashboard' = 'monitor') {
  const [object] = await pipeline.ports[kind].find({ application: 'app', key }, pipeline.world.context());
  return object;
}

async function history(pipeline: Pipeline, query: Record<string, string> = {}) {
  const { body } = await pipeline.send('/history', undefined, { application: 'app', ...query });
  return { revisions: items(body['revisions']), next: body['next_cursor'] };
}

describe('a restore', () => {
  it('of an update is planned, then applied, and is a revision itself', async () => {
    const pipeline = startInProcess();
    await pipeline.apply(documentOf({ monitors: [monitorEntry('load', { message: 'first' })] }));
    await pipeline.apply(documentOf({ monitors: [monitorEntry('load', { message: 'second' })] }));
    const { plan } = await restored(pipeline, revisionOf('load', 1));
    assert.deepEqual([told(plan), changed(plan)], [['load update'], ['/message']]);
    assert.equal((await live(pipeline, 'load'))?.['message'], 'first');
    const { revisions } = await history(pipeline, { kind: 'monitor', key: 'load' });
    assert.deepEqual(
      revisions.map(({ revision, action, restored_from }) => [revision, action, restored_from]),
      [
        [3, 'update', 1],
        [2, 'update', undefined],
        [1, 'create', undefined],
      ],
    );
    assert.deepEqual(
      revisions.map(({ object }) => isObject(object) && object['message']),
      ['first', 'second', 'first'],
    );
    assert.deepEqual(
      revisions.map(({ changes }) => items(changes).map(({ path }) => path)),
      [['/message'], ['/message'], []],
    );
    assert.ok(!JSON.stringify(revisions).includes('birddog_key'));
  });

  it('brings deleted objects back with references to their new ids', async () => {
    const pipeline = startInProcess();
    const board = {
      key: 'board',
      title: 'board',
      layout_type: 'ordered',
      widgets: [
        {
          definition: {
            type: 'alert_graph',
            alert_id: '${monitor:load}',
            viz_type: 'timeseries',
            title: 'x',
          },
        },
      ],
    };
    const whole = documentOf({
      monitors: [monitorEntry('load'), monitorEntry('disk'), composite],
      dashboards: [board],
    });
    const made = await pipeline.apply(whole);
    assert.deepEqual(items(made['done']).length, 4);
    const before = await live(pipeline, 'load');
    await pipeline.apply(documentOf({}), { prune: 'true', force: 'true' });
    assert.equal(await live(pipeline, 'load'), undefined);
    const dangling = await problemOf(pipeline.ask('/restore', revisionOf('both', 1)));
    assert.equal(dangling.code, 'invalid');
    assert.match(dangling.message, /\$\{monitor:load\} refers to an object/);
    const { plan } = await restored(pipeline, LAST_APPLY);
    assert.deepEqual(told(plan).sort(), ['board create', 'both create', 'disk create', 'load create']);
    const [load, disk, both, shown] = [
      await live(pipeline, 'load'),
      await live(pipeline, 'disk'),
      await live(pipeline, 'both'),
      await live(pipeline, 'board', 'dashboard'),
    ];
    const id = String(load?.['id']);
    assert.notEqual(id, String(before?.['id']));
    assert.equal(both?.['query'], `${id} && ${String(disk?.['id'])}`);
    assert.ok(JSON.stringify(shown?.['widgets']).includes(id));
    assert.deepEqual(
      told(await pipeline.plan(whole)).map((line) => line.split(' ')[1]),
      Array(4).fill('none'),
    );
  });

  it('of the last apply undoes all of it, and again undoes the undo', async () => {
    const pipeline = startInProcess();
    await pipeline.apply(documentOf({ monitors: [monitorEntry('load'), monitorEntry('disk')] }));
    await pipeline.apply(
      documentOf({ monitors: [monitorEntry('load', { message: 'changed' }), monitorEntry('new')] }),
      { prune: 'true' },
    );
    const undo = await restored(pipeline, LAST_APPLY);
    assert.deepEqual(told(undo.plan).sort(), ['disk create', 'load update', 'new delete']);
    assert.deepEqual(
      [(await live(pipeline, 'load'))?.['message'] ?? '', await live(pipeline, 'new')],
      ['@slack-shop', undefined],
    );
    assert.ok(await live(pipeline, 'disk'));
    const redo = await restored(pipeline, LAST_APPLY);
    assert.deepEqual(told(redo.plan).sort(), ['disk delete', 'load update', 'new create']);
    assert.deepEqual(
      [(await live(pipeline, 'load'))?.['message'], await live(pipeline, 'disk')],
      ['changed', undefined],
    );
  });

  it('of an apply that deleted, created and updated at once, and of that undo, follows every id', async () => {
    const pipeline = startInProcess();
    const showing = (key: string) => [
      {
        definition: {
          type: 'group',
          layout_type: 'ordered',
          widgets: [{ definition: { type: 'alert_value', alert_id: `\${monitor:${key}}` } }],
        },
      },
      {
        definition: {
          type: 'note',
          content: `See /monitors/\${monitor:${key}} and /dashboard/\${dashboard:other}.`,
        },
      },
    ];
    const documentWith = (key: string, other: JsonObject[]) =>
      documentOf({
        monitors: [
          monitorEntry('load', { message: `Beside /monitors/\${monitor:${key}}` }),
          monitorEntry(key),
          compositeEntry('both', 'load', key),
        ],
        dashboards: [
          { key: 'board', title: 'board', layout_type: 'ordered', widgets: showing(key) },
          { key: 'other', title: 'other', layout_type: 'ordered', widgets: [] },
          ...other,
        ],
      });
    const [first, second] = [
      documentWith('disk', []),
      documentWith('new', [{ key: 'more', title: 'more', layout_type: 'ordered', widgets: [] }]),
    ];
    const same = async (document: JsonObject) => {
      const plan = await pipeline.plan(document, { prune: 'true' });
      assert.deepEqual(
        told(plan).filter((line) => !line.endsWith(' none')),
        [],
        JSON.stringify(plan),
      );
    };
    await pipeline.apply(first);
    await pipeline.apply(second, { prune: 'true' });
    await same(second);
    const undo = await restored(pipeline, LAST_APPLY);
    assert.deepEqual(told(undo.plan).sort(), [
      'board update',
      'both update',
      'disk create',
      'load update',
      'more delete',
      'new delete',
    ]);
    await same(first);
    await restored(pipeline, LAST_APPLY);
    await same(second);
    await restored(pipeline, LAST_APPLY);
    await same(first);
    // A dashboard that comes back alone shows the monitor under its present id.
    await pipeline.send('/delete_dashboard', undefined, { application: 'app', key: 'board' });
    const { revisions } = await history(pipeline, { kind: 'dashboard', key: 'board' });
    await restored(pipeline, revisionOf('board', Number(revisions.at(-1)?.['revision']), 'dashboard'));
    await same(first);
  });

  it('of objects that link to each other, or to themselves, creates them again', async () => {
    const pipeline = startInProcess();
    // Keys of an import can contain ids.
    const made = await pipeline.apply(documentOf({ monitors: [monitorEntry('load')] }));
    const [former] = items(made['done']).map(({ id }) => String(id));
    const disk = monitorEntry(`disk-${former}`, {
      message: `/monitors/${former} beside /dashboard/\${dashboard:board}`,
    });
    const both = compositeEntry('both', 'load', `disk-${former}`);
    const parts = { monitors: [disk, both], dashboards: [dashboardEntry('board', 'load')] };
    const first = documentOf({ ...parts, monitors: [monitorEntry('load'), ...parts.monitors] });
    await pipeline.apply(first);
    const id = String((await live(pipeline, 'board', 'dashboard'))?.['id']);
    const message = `/monitors/${former} and /dashboard/${id}`;
    await pipeline.apply(
      documentOf({ ...parts, monitors: [monitorEntry('load', { message }), ...parts.monitors] }),
    );
    await pipeline.apply(documentOf({}), { prune: 'true', force: 'true' });
    await restored(pipeline, LAST_APPLY);
    const [load, beside, shown, whole] = [
      await live(pipeline, 'load'),
      await live(pipeline, `disk-${former}`),
      await live(pipeline, 'board', 'dashboard'),
      await live(pipeline, 'both'),
    ];
    const ids = [load, shown, beside].map((one) => String(one?.['id']));
    // No object of the cycle can be created with the new ids of the others.
    assert.equal(load?.['message'], message);
    assert.equal(beside?.['message'], `/monitors/${ids[0]} beside /dashboard/${ids[1]}`);
    assert.equal(whole?.['query'], `${ids[0]} && ${ids[2]}`);
    assert.ok(JSON.stringify(shown?.['widgets']).includes(String(ids[0])));
  });

  it('leaves the former id of an object that it deletes', async () => {
    const pipeline = startInProcess();
    await pipeline.apply(documentOf({ monitors: [monitorEntry('load'), monitorEntry('disk')] }));
    const message = `/monitors/${String((await live(pipeline, 'disk'))?.['id'])}`;
    await pipeline.apply(documentOf({ monitors: [monitorEntry('load', { message })] }), { prune: 'true' });
    await pipeline.apply(documentOf({ monitors: [monitorEntry('load'), monitorEntry('disk')] }));
    const { plan } = await restored(pipeline, LAST_APPLY);
    assert.deepEqual(told(plan).sort(), ['disk delete', 'load update']);
    assert.equal((await live(pipeline, 'load'))?.['message'], message);
  });

  it('of a key that belongs to another object by now changes that object, and references follow it', async () => {
    const pipeline = startInProcess();
    await pipeline.apply(documentOf({ monitors: [monitorEntry('load'), monitorEntry('disk'), composite] }));
    const former = await live(pipeline, 'load');
    await pipeline.apply(documentOf({}), { prune: 'true' });
    const log = {
      ...monitorEntry('load'),
      type: 'event-v2 alert',
      query: 'events("x").rollup("count").last("5m") > 2',
    };
    await pipeline.apply(documentOf({ monitors: [log, monitorEntry('disk')] }));
    const now = await live(pipeline, 'load');
    await restored(pipeline, revisionOf('both', 1));
    const ids = [now, await live(pipeline, 'disk')].map((one) => String(one?.['id']));
    assert.equal((await live(pipeline, 'both'))?.['query'], ids.join(' && '));
    const refused = await problemOf(restored(pipeline, revisionOf('load', 1)));
    assert.match(refused.message, /Datadog cannot change the type of a monitor in place/);
    assert.equal((await live(pipeline, 'load'))?.['id'], now?.['id']);
    const { plan } = await restored(pipeline, revisionOf('load', 1), { force: 'true' });
    // The former object is deleted when the composite refers to the new one.
    assert.deepEqual(told(plan).sort(), ['both update', 'load replace']);
    const after = await live(pipeline, 'load');
    assert.equal((await live(pipeline, 'both'))?.['query'], `${String(after?.['id'])} && ${ids[1]}`);
    assert.deepEqual(
      [after?.['type'], after?.['id'] !== now?.['id'], after?.['id'] !== former?.['id']],
      ['query alert', true, true],
    );
  });

  it('that was planned before a write of somebody else is refused', async () => {
    const pipeline = startInProcess();
    await pipeline.apply(documentOf({ monitors: [monitorEntry('load', { message: 'first' })] }));
    const again = await pipeline.apply(
      documentOf({ monitors: [monitorEntry('load', { message: 'second' })] }),
    );
    const body = revisionOf('load', 1);
    const { basis = '' } = await pipeline.ask('/restore', body);
    await pipeline.ports.monitor.update(idOf(again), { name: 'by hand' }, pipeline.world.context(), {
      beforeSend: async () => {},
      notWritten: () => {},
    });
    assert.equal((await problemOf(pipeline.ask('/restore', { ...body, basis }))).code, 'plan_stale');
    assert.equal((await live(pipeline, 'load'))?.['message'], 'second');
    const undo = (await pipeline.ask('/restore', LAST_APPLY))['basis'] ?? '';
    await pipeline.apply(documentOf({ monitors: [monitorEntry('load', { message: 'third' })] }));
    const stale = await problemOf(pipeline.ask('/restore', { ...LAST_APPLY, basis: undo }));
    assert.deepEqual([stale.code, (await live(pipeline, 'load'))?.['message']], ['plan_stale', 'third']);
  });

  it('never writes a redacted text, and keeps the secret that Datadog has', async () => {
    const pipeline = startInProcess();
    const secret = `use ghp_${'a1B2'.repeat(9)}`;
    const entry = (message: string, name: string) =>
      documentOf({ monitors: [monitorEntry('load', { message, name })] });
    await pipeline.apply(entry(secret, 'first'));
    await pipeline.apply(entry(secret, 'second'));
    const { plan } = await restored(pipeline, revisionOf('load', 1));
    assert.deepEqual(changed(plan), ['/name']);
    const now = await live(pipeline, 'load');
    assert.deepEqual([now?.['name'], now?.['message']], ['first', secret]);
    await pipeline.apply(entry('none', 'third'));
    const refused = await problemOf(pipeline.ask('/restore', revisionOf('load', 1)));
    assert.equal(refused.code, 'invalid');
    assert.match(refused.message, /The field \/message of the monitor "load" contained a secret/);
  });

  it('of what the history does not have is refused, as is a body that names nothing or too much', async () => {
    const pipeline = startInProcess();
    const codeOf = async (body: JsonObject) => (await problemOf(pipeline.ask('/restore', body))).code;
    assert.equal(await codeOf(revisionOf('load', 1)), 'not_found');
    assert.equal(await codeOf(LAST_APPLY), 'not_found');
    assert.equal(await codeOf({ application: 'app' }), 'invalid');
    assert.equal(await codeOf({ ...revisionOf('load', 1), last_apply: true }), 'invalid');
    assert.equal(await codeOf({ application: 'app', kind: 'monitor', key: 'load' }), 'invalid');
  });
});

describe('the history of an object', () => {
  it('has equal fingerprints for equal states, and pages that fit into an answer', async () => {
    const pipeline = startInProcess();
    const huge = (name: string) =>
      documentOf({ monitors: [monitorEntry('load', { message: name.repeat(900_000) })] });
    for (const name of ['a', 'b', 'a', 'c', 'd', 'e']) await pipeline.apply(huge(name));
    const first = await history(pipeline, { kind: 'monitor', key: 'load' });
    assert.equal(first.revisions.length, 4);
    const rest = await history(pipeline, { kind: 'monitor', key: 'load', cursor: String(first.next) });
    const all = [...first.revisions, ...rest.revisions].toReversed();
    assert.deepEqual([all.length, rest.next], [6, undefined]);
    const [a, b, again] = all.map(({ fingerprint }) => fingerprint);
    assert.deepEqual([again === a, b === a, typeof a], [true, false, 'string']);
  });
});

describe('the history of an application', () => {
  it('has pages with every write and its caller, without objects', async () => {
    const pipeline = startInProcess();
    await pipeline.apply(documentOf({ monitors: [monitorEntry('a'), monitorEntry('b'), monitorEntry('c')] }));
    const first = await history(pipeline, { page_size: '2' });
    const second = await history(pipeline, { page_size: '2', cursor: String(first.next) });
    const all = [...first.revisions, ...second.revisions];
    assert.deepEqual(all.map(({ key }) => key).sort(), ['a', 'b', 'c']);
    assert.equal(second.next, undefined);
    const by = pipeline.world.context().caller.name;
    assert.ok(all.every((one) => one['by'] === by && one['object'] === undefined));
    await assert.rejects(pipeline.send('/history', undefined, { application: 'app', key: 'a' }), {
      code: 'bad_request',
    });
    await assert.rejects(pipeline.send('/history', undefined, { application: 'app', cursor: 'x' }), {
      code: 'bad_request',
    });
  });
});
