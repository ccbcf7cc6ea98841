import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
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
import type { JsonObject } from '../../domain/json.ts';

const { key: _, ...CONTENT } = monitorEntry('a');
const entry = (key: string, more: JsonObject = {}) => ({ ...CONTENT, key, ...more });
const of = (...monitors: JsonObject[]) => documentOf({ monitors });

async function history({ send }: Pipeline, key?: string, application = 'app') {
  const query = key === undefined ? {} : { kind: 'monitor', key };
  const { body } = await send('/history', undefined, { application, ...query });
  return items(body['revisions']).map(({ key: of_, revision, action, renamed_from }) =>
    [of_, revision, action, ...(renamed_from === undefined ? [] : [renamed_from])].join(' '),
  );
}

/** Birddog with a monitor that was created and updated as `a`, and renamed to `b`. */
async function renamed(more: JsonObject = {}) {
  const pipeline = startInProcess();
  await pipeline.apply(of(entry('a', { message: 'first' })));
  await pipeline.apply(of(entry('a', { message: 'second' })));
  const id = idOf(await pipeline.plan(of(entry('a'))), 'a');
  await pipeline.apply(of(entry('b', { message: 'second', renamed_from: 'a', ...more })));
  const live = () => pipeline.person('GET', `/api/v1/monitor/${id}`);
  return { ...pipeline, pipeline, id, live };
}

/** Plans a restore, applies the plan, and returns it. */
async function restored({ ask }: Pipeline, body: JsonObject) {
  const plan = await ask('/restore', body);
  await ask('/restore', { ...body, basis: plan['basis'] ?? '' });
  return plan;
}

describe('the history of a renamed object', () => {
  it('has its revisions under the new key, and the rename under both', async () => {
    const { pipeline, send } = await renamed();
    assert.deepEqual(await history(pipeline, 'b'), ['b 3 rename a', 'b 2 update', 'b 1 create']);
    assert.deepEqual(await history(pipeline, 'a'), ['b 3 rename a']);
    assert.deepEqual(await history(pipeline), ['b 3 rename a', 'b 2 update', 'b 1 create']);
    const { body } = await send('/history', undefined, { application: 'app', kind: 'monitor', key: 'b' });
    assert.deepEqual(items(body['revisions'])[0]?.['changes'], []);
    assert.ok(!JSON.stringify(body).includes('birddog_key'));
  });

  it('numbers revisions after those of an earlier object with the key', async () => {
    const pipeline = startInProcess();
    await pipeline.apply(of(entry('b')));
    await pipeline.apply(of(entry('a')), { prune: 'true' });
    await pipeline.apply(of(entry('b', { renamed_from: 'a' })));
    assert.deepEqual(await history(pipeline, 'b'), [
      'b 4 rename a',
      'b 3 create',
      'b 2 delete',
      'b 1 create',
    ]);
  });

  it('moves to the other application with the object', async () => {
    const { pipeline, apply } = await renamed();
    await apply({ ...of(entry('c', { message: 'second', renamed_from: 'app/b' })), application: 'other' });
    assert.deepEqual(await history(pipeline), []);
    const all = await history(pipeline, undefined, 'other');
    assert.deepEqual(all, ['c 4 rename app/b', 'c 3 rename app/a', 'c 2 update', 'c 1 create']);
    const { code, message } = await problemOf(
      pipeline.ask('/restore', { ...LAST_APPLY, application: 'other' }),
    );
    assert.deepEqual([code, /cannot give it back/.test(message)], ['not_found', true]);
  });

  it('follows each object of a chain', async () => {
    const pipeline = startInProcess();
    const second = { name: 'second', query: 'avg(last_5m):avg:other{*} > 2' };
    await pipeline.apply(of(entry('a'), entry('b', second)));
    await pipeline.apply(of(entry('b', { renamed_from: 'a' }), entry('c', { ...second, renamed_from: 'b' })));
    const { ledger } = pipeline.ports;
    const bodies = await ledger.revisions({ application: 'app', kind: 'monitor', key: 'c', limit: 9 });
    assert.deepEqual(
      bodies.map(({ body }) => body?.['name']),
      ['second', 'second'],
    );
    const plan = await restored(pipeline, LAST_APPLY);
    assert.deepEqual(told(plan).sort(), ['a rename', 'b rename']);
    assert.deepEqual(told(await pipeline.plan(of(entry('a'), entry('b', second)))), ['a none', 'b none']);
  });
});

describe('a restore of a renamed object', () => {
  it('brings an earlier revision back under the new key, and says where those of the old key are', async () => {
    const { pipeline, live } = await renamed();
    const plan = await restored(pipeline, revisionOf('b', 1));
    assert.deepEqual([told(plan), live()['message']], [['b update'], 'first']);
    const { code, message } = await problemOf(pipeline.ask('/restore', revisionOf('a', 1)));
    assert.deepEqual([code, /was renamed to "b"/.test(message)], ['not_found', true]);
  });

  it('undoes a rename and its other changes, and again undoes the undo', async () => {
    const { pipeline, live, id } = await renamed({ message: 'third' });
    const undo = await restored(pipeline, LAST_APPLY);
    assert.deepEqual([told(undo), live()['message']], [['a rename'], 'second']);
    assert.deepEqual(told(await pipeline.plan(of(entry('a', { message: 'second' })))), ['a none']);
    assert.deepEqual(await history(pipeline, 'a'), [
      'a 4 rename b',
      'a 3 rename a',
      'a 2 update',
      'a 1 create',
    ]);
    const redo = await restored(pipeline, LAST_APPLY);
    assert.deepEqual([told(redo), idOf(redo, 'b'), live()['message']], [['b rename'], id, 'third']);
  });

  it('undoes a rename together with what refers to the object', async () => {
    const pipeline = startInProcess();
    const both = (key: string, message: string) => ({
      key: 'both',
      type: 'composite',
      name: 'both',
      query: `\${monitor:${key}} || \${monitor:${key}}`,
      message,
    });
    await pipeline.apply(of(entry('a'), both('a', 'one')));
    await pipeline.apply(of(entry('b', { renamed_from: 'a' }), both('b', 'two')));
    const undo = await restored(pipeline, LAST_APPLY);
    assert.deepEqual(told(undo).sort(), ['a rename', 'both update']);
    assert.deepEqual(told(await pipeline.plan(of(entry('a'), both('a', 'one')))), ['a none', 'both none']);
  });

  it('compares drift with what was written before the rename', async () => {
    const { pipeline, id, person } = await renamed();
    person('PUT', `/api/v1/monitor/${id}`, { message: 'by hand' });
    const answer = await pipeline.ask('/drift', of(entry('b', { message: 'second', renamed_from: 'a' })));
    assert.deepEqual(
      items(answer['objects']).map(({ key, since }) => [key, since]),
      [['b', 'applied']],
    );
  });
});
