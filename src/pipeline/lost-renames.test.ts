import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  documentOf,
  idOf,
  items,
  monitorEntry,
  startInProcess,
  told,
} from '../../test/documents-in-process.ts';
import { AnswerLostError } from '../domain/datadog-outcome.ts';
import { markOf } from '../domain/marker.ts';
import type { Attempts, ObjectPort } from './ports.ts';
import { settleOnce } from './settler.ts';

const SHORT_MS = 5_000;
const FIRST = documentOf({ monitors: [monitorEntry('a')] });
const RENAMED = documentOf({ monitors: [{ ...monitorEntry('b'), ...named('a'), renamed_from: 'a' }] });
const unknown = { code: 'outcome_unknown' };

/** Returns the content of the monitor that was first created under a key. */
function named(key: string) {
  const { name = '', query = '' } = monitorEntry(key);
  return { name, query };
}

/** Birddog after a rename of `a` to `b` whose answer was lost. `land` lets the update arrive. */
async function afterLostRename() {
  const birddog = startInProcess();
  const { ports, context, apply, plan, person } = birddog;
  await apply(FIRST);
  const id = idOf(await plan(FIRST), 'a');
  const { update } = ports.monitor;
  let land = async () => {};
  const losing: ObjectPort['update'] = async (which, body, _context, attempts) => {
    await attempts.beforeSend();
    const again: Attempts = { beforeSend: async () => {}, notWritten: () => {} };
    land = async () => void (await update(which, body, context(), again));
    throw new AnswerLostError('cut');
  };
  Object.assign(ports.monitor, { update: losing });
  await assert.rejects(apply(RENAMED, {}, SHORT_MS), unknown);
  Object.assign(ports.monitor, { update });
  const key = () => markOf('monitor', person('GET', `/api/v1/monitor/${id}`))?.key;
  return { ...birddog, id, key, land: () => land() };
}

describe('a rename whose answer is lost', () => {
  it('keeps both keys from other writes until its outcome is known', async () => {
    const { apply, ask, send, key } = await afterLostRename();
    const update = { application: 'app', key: 'a', monitor: { message: 'm' } };
    await assert.rejects(ask('/update_monitor', update, {}, SHORT_MS), unknown);
    await assert.rejects(
      send('/delete_monitor', undefined, { application: 'app', key: 'b' }, SHORT_MS),
      unknown,
    );
    await assert.rejects(apply(FIRST, {}, SHORT_MS), unknown);
    assert.equal(key(), 'a');
  });

  it('is done once it has landed, and nothing is doubled', async () => {
    const { apply, person, key, land, ports } = await afterLostRename();
    await land();
    assert.deepEqual(told(await apply(RENAMED)), ['b none']);
    assert.deepEqual([key(), items(person('GET', '/api/v1/monitor')).length], ['b', 1]);
    assert.equal((await settleOnce(ports)).settled, 0, 'both names are settled');
  });

  it('is sent again once it can no longer land', async () => {
    const { apply, clock, person, key } = await afterLostRename();
    clock.advance(31_000);
    assert.deepEqual(told(await apply(RENAMED)), ['b rename']);
    assert.deepEqual([key(), items(person('GET', '/api/v1/monitor')).length], ['b', 1]);
  });

  it('is settled under both keys without a request', async () => {
    const { ports, land } = await afterLostRename();
    assert.equal((await ports.ledger.unsettled()).length, 2);
    await land();
    assert.equal((await settleOnce(ports)).settled, 2);
    assert.deepEqual(await ports.ledger.unsettled(), []);
  });

  it('is sent again although a plan has found that it landed, and is recorded once', async () => {
    const { apply, plan, ports, send, context } = startInProcess();
    await apply(FIRST);
    const { update } = ports.monitor;
    const again: Attempts = { beforeSend: async () => {}, notWritten: () => {} };
    const repeating: ObjectPort['update'] = async (id, body, _context, attempts) => {
      await attempts.beforeSend();
      await update(id, body, context(), again);
      assert.deepEqual(told(await plan(RENAMED)), ['b none']);
      await attempts.beforeSend();
      return update(id, body, context(), again);
    };
    Object.assign(ports.monitor, { update: repeating });
    await apply(RENAMED);
    assert.deepEqual((await ports.ledger.unsettled()).length, 0);
    const query = { application: 'app', kind: 'monitor', key: 'b' };
    const { body } = await send('/history', undefined, query);
    assert.deepEqual(
      items(body['revisions']).map(({ action }) => action),
      ['rename', 'create'],
    );
  });

  it('leaves nothing unsettled if it is answered', async () => {
    const birddog = startInProcess();
    await birddog.apply(FIRST);
    await birddog.apply(RENAMED);
    await new Promise(setImmediate);
    assert.deepEqual(await birddog.ports.ledger.unsettled(), []);
  });
});
