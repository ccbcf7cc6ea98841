import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { portsWithoutDatadog, failingPort } from '../../test/fake-ports.ts';
import { type ManualClock, manualClock } from '../../test/manual-clock.ts';
import { markedObject } from '../../test/marked-object.ts';
import { deadlineAfter } from '../domain/deadline.ts';
import type { JsonObject } from '../domain/json.ts';
import { idOf, isOwnedBy } from '../domain/marker.ts';
import { ProblemError } from '../domain/problem.ts';
import type { Intent } from '../ledger/port.ts';
import type { ObjectPort, Ports } from './ports.ts';
import { settleOnce } from './settler.ts';

const OWNER = { application: 'a', key: 'k' };
const NAME = { kind: 'monitor', ...OWNER } as const;
const BODY = markedObject('monitor', { name: 'x' }, OWNER);
const CREATE: Intent = { ...NAME, action: 'create', body: BODY, caller: 'c' };

describe('the settler', () => {
  let clock: ManualClock;
  let ports: Ports;
  let held: JsonObject[];
  let deleted: string[];
  let broken: boolean;
  beforeEach(() => {
    clock = manualClock();
    held = [];
    deleted = [];
    broken = false;
    const monitor: ObjectPort = {
      ...failingPort('monitor'),
      find: async (owner) => {
        if (broken) throw new ProblemError('datadog_failed', 'no');
        return held.filter((object) => isOwnedBy('monitor', object, owner));
      },
      get: async (id) => held.find((object) => idOf(object) === id),
      async delete(id, _context, attempts) {
        await attempts.beforeSend();
        deleted.push(id);
        held = held.filter((object) => idOf(object) !== id);
      },
    };
    ports = { ...portsWithoutDatadog(clock), monitor };
  });
  const store = (id: number, more: JsonObject = {}) =>
    held.push({ ...BODY, id, created: new Date(clock.now()).toISOString(), ...more });
  async function begin(intent: Intent = CREATE): Promise<string> {
    const lease = await ports.ledger.acquire([NAME], deadlineAfter(1000, clock));
    try {
      return await ports.ledger.begin(lease, intent);
    } finally {
      await lease.release();
    }
  }
  const confirmed = async (id: number) => ports.ledger.settle(await begin(), { id: String(id) });

  it('settles a create that landed after its answer was lost', async () => {
    await begin();
    store(1);
    assert.deepEqual(await settleOnce(ports), { settled: 1, deleted: [] });
    assert.deepEqual(await ports.ledger.unsettled(), []);
  });

  it('records the revision of a write that landed, with its caller and request', async () => {
    const source = { action: 'create', requestId: 'r7', isApply: true, restoredFrom: undefined } as const;
    await begin({ ...CREATE, source });
    store(1);
    await settleOnce(ports);
    const newest = await ports.ledger.newestRevision(NAME);
    assert.deepEqual(
      [newest?.id, newest?.caller, newest?.requestId, newest?.isApply, newest?.body?.['name']],
      ['1', 'c', 'r7', true, 'x'],
    );
    await begin({ ...NAME, action: 'delete', id: '1', caller: 'd', source: { ...source, action: 'delete' } });
    held = [];
    await settleOnce(ports);
    const after = await ports.ledger.newestRevision(NAME);
    assert.deepEqual([after?.action, after?.caller, after?.body], ['delete', 'd', undefined]);
  });

  it('records no revision of a write that never landed', async () => {
    const source = { action: 'create', requestId: 'r', isApply: false, restoredFrom: undefined } as const;
    await begin({ ...CREATE, source });
    clock.advance(60_000);
    assert.equal((await settleOnce(ports)).settled, 1);
    assert.equal(await ports.ledger.newestRevision(NAME), undefined);
  });

  it('leaves a create unsettled that may still land, and one while Datadog cannot be read', async () => {
    await begin();
    assert.equal((await settleOnce(ports)).settled, 0);
    clock.advance(60_000);
    broken = true;
    assert.equal((await settleOnce(ports)).settled, 0);
    broken = false;
    assert.equal((await settleOnce(ports)).settled, 1);
  });

  it('leaves an object alone whose lease a request holds', async () => {
    await begin();
    store(1);
    const lease = await ports.ledger.acquire([NAME], deadlineAfter(1000, clock));
    assert.equal((await settleOnce(ports)).settled, 0);
    await lease.release();
    assert.equal((await settleOnce(ports)).settled, 1);
  });

  it('settles an update and a delete', async () => {
    store(1, { name: 'new' });
    await begin({ ...NAME, action: 'update', id: '1', body: { ...BODY, name: 'new' }, caller: 'c' });
    await begin({ ...NAME, action: 'delete', id: '2', caller: 'c' });
    assert.equal((await settleOnce(ports)).settled, 2);
  });

  it('deletes the younger of two objects that both came from our creates', async () => {
    await begin();
    clock.advance(31_000);
    await settleOnce(ports);
    await confirmed(1);
    store(1);
    clock.advance(5000);
    store(2);
    assert.deepEqual((await settleOnce(ports)).deleted, [{ ...OWNER, id: '2' }]);
    assert.deepEqual(deleted, ['2']);
    clock.advance(31_000);
    assert.deepEqual((await settleOnce(ports)).deleted, []);
    assert.deepEqual(await ports.ledger.toVerify(0).then((all) => all.map(({ id }) => id)), [undefined]);
  });

  it('never deletes a clone: one that existed before, one that differs, and one more than our creates explain', async () => {
    for (const [at, others, clones, doubles] of [
      ['before', ['2'], [{}], []],
      ['different', [], [{ name: 'other' }], []],
      ['one more than creates', [], [{}, {}], ['2']],
    ] as const) {
      held = [];
      deleted = [];
      await begin({ ...CREATE, others });
      clock.advance(31_000);
      await settleOnce(ports);
      await confirmed(1);
      store(1);
      for (const [index, more] of clones.entries()) store(index + 2, more);
      clock.advance(31_000);
      await settleOnce(ports);
      assert.deepEqual(deleted, doubles, at);
      assert.equal(held.length, 1 + clones.length - doubles.length, at);
      clock.advance(600_000);
      await settleOnce(ports);
    }
  });

  it('keeps an equal object that appears long after a create that never landed: a clone', async () => {
    await begin();
    clock.advance(31_000);
    await settleOnce(ports);
    await confirmed(1);
    store(1);
    clock.advance(60_000);
    store(2);
    assert.deepEqual((await settleOnce(ports)).deleted, []);
    assert.equal(held.length, 2);
  });

  it('keeps both objects of a replace that was stopped in between, and deletes a double of the new one', async () => {
    // A create that explains no object, so that the creates after it are kept for verification.
    await ports.ledger.expire(await begin({ ...CREATE, body: { name: 'never' } }));
    await confirmed(1);
    store(1);
    const replacing = await begin({ ...CREATE, others: ['1'] });
    await ports.ledger.settle(replacing, { id: '2' });
    store(2);
    clock.advance(31_000);
    assert.deepEqual((await settleOnce(ports)).deleted, []);
    assert.equal(held.length, 2);
    for (const id of [1, 3, 4]) {
      const entry = await begin({ ...CREATE, others: id === 1 ? [] : ['1'] });
      await ports.ledger.settle(entry, { id: String(id) });
      if (id > 1) store(id);
    }
    clock.advance(31_000);
    assert.deepEqual((await settleOnce(ports)).deleted, [{ ...OWNER, id: '4' }]);
  });

  it('looks at each object of an application a few times, however many creates it verifies', async () => {
    const COUNT = 200;
    for (let n = 0; n < COUNT; n += 1) {
      const name = { ...NAME, key: `k${n}` };
      const lease = await ports.ledger.acquire([name], deadlineAfter(1000, clock));
      await ports.ledger.expire(await ports.ledger.begin(lease, { ...CREATE, ...name }));
      await lease.release();
    }
    let reads = 0;
    held = Array.from({ length: COUNT }, (_, n) => {
      const { tags = null, ...object } = markedObject(
        'monitor',
        { name: 'x', id: n },
        { ...OWNER, key: `k${n}` },
      );
      return Object.defineProperty(object, 'tags', { get: () => ((reads += 1), tags) });
    });
    clock.advance(31_000);
    await settleOnce(ports);
    assert.ok(reads >= COUNT && reads < COUNT * 20, String(reads));
  });

  it('forgets expired creates after ten times the time to settle', async () => {
    await begin();
    clock.advance(31_000);
    await settleOnce(ports);
    assert.equal((await ports.ledger.toVerify(0)).length, 1);
    clock.advance(300_000);
    await settleOnce(ports);
    assert.equal((await ports.ledger.toVerify(0)).length, 0);
  });
});
