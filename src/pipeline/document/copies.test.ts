import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  codes,
  documentOf,
  idOf,
  problemOf,
  startInProcess as start,
  told,
} from '../../../test/documents-in-process.ts';
import type { JsonObject } from '../../domain/json.ts';

const MONITOR: JsonObject = {
  key: 'load',
  type: 'query alert',
  name: 'Load',
  query: 'avg(last_5m):avg:system.load.1{*} > 2',
  options: { thresholds: { critical: 2 } },
};

describe("a copy that Datadog's Clone made", () => {
  const LOGS: JsonObject = {
    key: 'load',
    type: 'log alert',
    name: 'Load',
    query: 'logs("status:error").index("*").rollup("count").last("5m") > 2',
    options: { thresholds: { critical: 2 } },
  };
  /** A monitor and a dashboard applied and cloned; `read` gives what the clones are now. */
  async function cloned() {
    const world = start();
    const { apply, plan, person } = world;
    const document = (message: string, monitor: JsonObject = MONITOR) =>
      documentOf({
        monitors: [{ ...monitor, message }],
        dashboards: [{ key: 'board', title: 'Board', layout_type: 'ordered', widgets: [] }],
      });
    await apply(document('a'));
    const planned = await plan(document('a'));
    const { id: _, name: __, ...monitor } = person('GET', `/api/v1/monitor/${idOf(planned)}`);
    const { id: ___, title: ____, ...board } = person('GET', `/api/v1/dashboard/${idOf(planned, 'board')}`);
    world.clock.advance(60_000);
    const copies = [
      ['monitor', person('POST', '/api/v1/monitor', { ...monitor, name: 'Clone of Load' })['id']],
      ['dashboard', person('POST', '/api/v1/dashboard', { ...board, title: 'Clone of Board' })['id']],
    ] as const;
    const read = () => copies.map(([kind, id]) => person('GET', `/api/v1/${kind}/${String(id)}`));
    return { ...world, document, read };
  }

  it('blocks nothing, and is as it was after every apply', async () => {
    const { apply, plan, document, read } = await cloned();
    const before = read();
    await apply(document('b'));
    await apply(document('c'), { prune: 'true', force: 'true' });
    assert.deepEqual(told(await plan(document('c'))), ['load none', 'board none', 'load copy', 'board copy']);
    assert.deepEqual(read(), before);
  });

  it('never becomes the own one of the application: what it was made of does not go before it', async () => {
    const { apply, plan, document, read, person } = await cloned();
    const before = read();
    const other = documentOf({ monitors: [{ ...MONITOR, key: 'other', name: 'Other' }] });
    for (let turn = 0; turn < 2; turn += 1) {
      const pruned = await apply(other, { prune: 'true', force: 'true' });
      assert.deepEqual(codes(pruned), ['kept_for_copies', 'kept_for_copies']);
      assert.deepEqual(told(pruned).slice(1), [
        'board left_over',
        'load left_over',
        'load copy',
        'board copy',
      ]);
      assert.deepEqual(pruned['remaining'], []);
    }
    assert.deepEqual(read(), before);
    // The key can be had again, and it is the original that changes.
    await apply(document('again'));
    assert.deepEqual(read(), before);
    for (const { id, layout_type: layout } of before)
      person('DELETE', `/api/v1/${layout === undefined ? 'monitor' : 'dashboard'}/${String(id)}`);
    assert.deepEqual(codes(await apply(other, { prune: 'true' })), []);
    assert.deepEqual(told(await plan(other)), ['other none']);
  });

  it('does not take the place of what would be made anew', async () => {
    const { apply, document, read } = await cloned();
    const before = read();
    const { code, extras } = await problemOf(apply(document('b', LOGS), { force: 'true' }));
    assert.deepEqual(
      [code, extras.findings?.map((one) => [one.code, one.pointer])],
      ['invalid', [['kept_for_copies', '/monitors/0']]],
    );
    assert.deepEqual(read(), before);
  });

  it('keeps a single delete from making it the own one too', async () => {
    const { send, document, plan, read } = await cloned();
    const before = read();
    for (const [kind, key] of [
      ['monitor', 'load'],
      ['dashboard', 'board'],
    ] as const) {
      const gone = problemOf(send(`/delete_${kind}`, undefined, { application: 'app', key }));
      const { code, extras } = await gone;
      assert.equal(code, 'kept_for_copies');
      assert.deepEqual(extras.members?.['copies'], [String(before[kind === 'monitor' ? 0 : 1]?.['id'])]);
    }
    assert.deepEqual(told(await plan(document('a'))).slice(0, 2), ['load none', 'board none']);
  });
});
