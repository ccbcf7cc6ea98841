import assert from 'node:assert/strict';
import { it } from 'node:test';
import { ProblemError } from '../../src/domain/problem.ts';
import type { Intent } from '../../src/ledger/port.ts';
import type { Database } from '../../src/ledger/sql/database.ts';
import { type Every, LEASE_MS } from '../../src/ledger/sql/leases.ts';
import { systemClock } from '../../src/runtime/system-clock.ts';
import { describeLedgers, failingDatabase, soon, watchedDatabase } from './ledger-places.ts';

const NAME = { kind: 'monitor', application: 'a', key: 'k' } as const;
const SOURCE = { action: 'create', requestId: 'r', isApply: true, restoredFrom: 2 } as const;
const INTENT: Intent = { ...NAME, action: 'create', body: { name: 'n' }, caller: 'somebody', source: SOURCE };

describeLedgers('a ledger', ({ place, open }) => {
  it('gives the lease of an object to one process at a time', async () => {
    const [one, two] = [open(), open()];
    const lease = await one.acquire([NAME], soon(1000));
    await assert.rejects(two.acquire([NAME], soon(100)), { code: 'deadline_exceeded' });
    await two.acquire(
      [
        { ...NAME, key: 'other' },
        { ...NAME, kind: 'dashboard' },
      ],
      soon(1000),
    );
    await lease.release();
    await two.acquire([NAME], soon(1000));
  });

  it('serves the waiters of one process in their order', async () => {
    const ledger = open();
    const order: number[] = [];
    const first = await ledger.acquire([NAME], soon(1000));
    const waiting = [1, 2, 3].map(async (n) => {
      const lease = await ledger.acquire([NAME], soon(5000));
      order.push(n);
      await lease.release();
    });
    await first.release();
    await Promise.all(waiting);
    assert.deepEqual(order, [1, 2, 3]);
  });

  it('goes on after a waiter whose deadline has passed', async () => {
    const ledger = open();
    const first = await ledger.acquire([NAME], soon(1000));
    const late = ledger.acquire([NAME], soon(20));
    const next = ledger.acquire([NAME], soon(5000));
    await assert.rejects(late, { code: 'deadline_exceeded' });
    await first.release();
    await next;
  });

  it('gives many leases or none, and none in parts', async () => {
    const [one, two] = [open(), open()];
    const keys = Array.from({ length: 450 }, (_, n) => ({ ...NAME, key: `k${n}` }));
    const held = await one.acquire([{ ...NAME, key: 'k449' }], soon(1000));
    await assert.rejects(two.acquire(keys, soon(200)), { code: 'deadline_exceeded' });
    await one.acquire([{ ...NAME, key: 'k1' }], soon(1000));
    await held.release();
    await two.acquire(keys.slice(2), soon(1000));
  });

  it('gives the lease of a process that stopped renewing to the next, and records nothing of the former', async () => {
    const [paused, next] = [open(), open()];
    const lease = await paused.acquire([NAME], soon(1000));
    const entry = await paused.begin(lease, INTENT);
    await place().advance(LEASE_MS + 1000);
    const taken = await next.acquire([NAME], soon(1000));
    await assert.rejects(paused.begin(lease, INTENT), { code: 'ledger_unavailable' });
    await assert.rejects(paused.resend(lease, entry, INTENT), { code: 'ledger_unavailable' });
    assert.equal((await next.unsettledOf([NAME])).length, 1, 'the earlier write is still unsettled');
    await next.begin(taken, INTENT);
  });

  it('keeps a lease that is renewed, and tells its holder when it is lost', async () => {
    let renewNow: (() => void) | undefined;
    const every: Every = (_ms, work) => {
      renewNow = work;
      return () => {};
    };
    const [one, two] = [open({ every }), open()];
    const lease = await one.acquire([NAME], soon(1000));
    const renew = async () => {
      renewNow?.();
      await systemClock.sleep(50);
    };
    await place().advance(LEASE_MS - 5000);
    await renew();
    await place().advance(LEASE_MS - 5000);
    await assert.rejects(two.acquire([NAME], soon(50)), { code: 'deadline_exceeded' });
    assert.equal(lease.lost.aborted, false);
    await place().advance(LEASE_MS);
    await two.acquire([NAME], soon(1000));
    await renew();
    assert.equal(lease.lost.aborted, true);
  });

  it('deletes a released lease with the next renewal if it could not be deleted at once', async () => {
    let renewNow = () => {};
    const every: Every = (_ms, work) => {
      renewNow = work;
      return () => {};
    };
    const fails = { delete: true };
    const db = (opened: Database): Database =>
      watchedDatabase(opened, ([first]) => {
        if (fails.delete && first?.text.startsWith('DELETE FROM ledger_leases') === true)
          throw new Error('the connection broke');
      });
    const one = open({ every, db });
    const kept = await one.acquire([{ ...NAME, key: 'kept' }], soon(1000));
    await (await one.acquire([NAME], soon(1000))).release();
    const two = open();
    await assert.rejects(two.acquire([NAME], soon(50)), { code: 'deadline_exceeded' });
    fails.delete = false;
    renewNow();
    await two.acquire([NAME], soon(5000));
    assert.equal(kept.lost.aborted, false);
    await assert.rejects(two.acquire([{ ...NAME, key: 'kept' }], soon(50)), { code: 'deadline_exceeded' });
  });

  it('gives the unsettled writes of its objects with a lease', async () => {
    const ledger = open();
    const names = [NAME, { ...NAME, key: 'other' }];
    const first = await ledger.acquire([{ application: 'a' }, ...names], soon(1000));
    assert.deepEqual(first.unsettled, []);
    const entry = await ledger.begin(first, INTENT);
    await ledger.begin(first, { ...INTENT, key: 'other' });
    await first.release();
    const second = await open().acquire([NAME], soon(1000));
    assert.deepEqual(
      second.unsettled.map((write) => [write.entry, write.key, write.body]),
      [[entry, 'k', INTENT.body]],
    );
  });

  it('releases a lease after the settlements that its holder did not wait for', async () => {
    const [one, two] = [open(), open()];
    const lease = await one.acquire([NAME], soon(1000));
    const { promise: settled, resolve: settle } = Promise.withResolvers<void>();
    lease.releaseAfter(settled);
    const released = lease.release();
    await assert.rejects(two.acquire([NAME], soon(50)), { code: 'deadline_exceeded' });
    settle();
    await released;
    await two.acquire([NAME], soon(1000));
  });

  it('settles what it was given before it is closed', async () => {
    const one = open();
    const lease = await one.acquire([NAME], soon(1000));
    const entries = await Promise.all(Array.from({ length: 50 }, () => one.begin(lease, INTENT)));
    for (const entry of entries) void one.settle(entry);
    await one.close();
    assert.deepEqual(await open().unsettled(), []);
  });

  it('records a write before it is sent, with its age and attempts, until it is settled', async () => {
    const ledger = open();
    const lease = await ledger.acquire([NAME], soon(1000));
    const entry = await ledger.begin(lease, { ...INTENT, others: ['7'] });
    await place().advance(5000);
    const [write] = await ledger.unsettledOf([NAME]);
    assert.ok(write && write.sentAgoMs >= 5000 && write.sentAgoMs < 10_000, String(write?.sentAgoMs));
    assert.deepEqual(
      { ...write, sentAgoMs: 0 },
      { ...INTENT, id: undefined, before: undefined, others: ['7'], entry, attempts: 1, sentAgoMs: 0 },
    );
    await ledger.resend(lease, entry, INTENT);
    const [again] = await ledger.unsettled('a');
    assert.ok(again && again.sentAgoMs < 5000 && again.attempts === 2);
    assert.deepEqual(await ledger.unsettled('b'), []);
    assert.deepEqual(await ledger.unsettledOf([{ ...NAME, key: 'other' }]), []);
    await ledger.settle(entry);
    assert.deepEqual(await ledger.unsettled(), []);
  });

  it('finds the unsettled writes of many objects, however many others there are', async () => {
    const ledger = open();
    const names = Array.from({ length: 1_200 }, (_, n) => ({ ...NAME, key: `k${n}` }));
    const lease = await ledger.acquire(names, soon(10_000));
    for (const name of names) await ledger.begin(lease, { ...INTENT, ...name, body: undefined });
    const wanted = names.slice(-450);
    const found = await ledger.unsettledOf([...wanted, { ...NAME, kind: 'dashboard', key: 'k0' }]);
    assert.deepEqual(new Set(found.map(({ key }) => key)), new Set(wanted.map(({ key }) => key)));
    assert.equal(found.length, wanted.length);
  });

  it('keeps the spelling of numbers and the order of fields of a body', async () => {
    const ledger = open();
    const lease = await ledger.acquire([NAME], soon(1000));
    const body = { z: 1, a: 'ä\u0000', list: [1, null, true] };
    // Small bodies are stored as text, large ones compressed.
    const before = { ...body, message: 'x'.repeat(100_000) };
    await ledger.begin(lease, { ...INTENT, body, before });
    const [found] = await ledger.unsettledOf([NAME]);
    assert.deepEqual([found?.body, found?.before], [body, before]);
  });

  it('keeps acknowledged updates and expired creates apart, for a time', async () => {
    const ledger = open();
    const lease = await ledger.acquire([NAME], soon(1000));
    const update = await ledger.begin(lease, { ...INTENT, action: 'update', id: '7' });
    await ledger.acknowledge(update);
    await ledger.expire(await ledger.begin(lease, INTENT));
    assert.deepEqual(await ledger.unsettledOf([NAME]), []);
    assert.equal((await ledger.acknowledgedAgoMs(NAME)).length, 1);
    assert.deepEqual(await ledger.acknowledgedAgoMs({ ...NAME, key: 'other' }), []);
    assert.deepEqual(
      (await ledger.toVerify(0)).map(({ action, id }) => [action, id]),
      [['create', undefined]],
    );
    await place().advance(60_000);
    await ledger.forgetSettled(90_000);
    assert.equal((await ledger.acknowledgedAgoMs(NAME)).length, 1);
    await ledger.forgetSettled(60_000);
    assert.deepEqual([await ledger.acknowledgedAgoMs(NAME), await ledger.toVerify(0)], [[], []]);
  });

  it('keeps a confirmed create for verification only beside another create of the same object', async () => {
    const ledger = open();
    const lease = await ledger.acquire([NAME], soon(1000));
    await ledger.settle(await ledger.begin(lease, INTENT), { id: '41' });
    assert.deepEqual(await ledger.toVerify(0), []);
    const late = await ledger.begin(lease, INTENT);
    await ledger.expire(late);
    const entry = await ledger.begin(lease, INTENT);
    await ledger.settle(entry, { id: '42' });
    assert.deepEqual(await ledger.unsettledOf([NAME]), []);
    assert.deepEqual(await ledger.toVerify(30_000), []);
    await place().advance(31_000);
    const kept = await ledger.toVerify(30_000);
    assert.deepEqual(new Set(kept.map(({ id }) => id)), new Set([undefined, '42']));
    assert.deepEqual(
      kept.map(({ body }) => body),
      [INTENT.body, INTENT.body],
    );
    for (const settled of [late, entry]) await ledger.settle(settled);
    assert.deepEqual(await ledger.toVerify(0), []);
  });

  it('keeps the writes of an application on one route until none is in progress there', async () => {
    const [one, two] = [open(), open()];
    const listed = { route: 'listed', service: 's' } as const;
    const unlisted = { route: 'unlisted', missingFrom: ['leanix'] } as const;
    const first = await one.pinRoute('a', listed, 10_000);
    assert.deepEqual(first.route, listed);
    const second = await two.pinRoute('a', unlisted, 10_000);
    assert.deepEqual(second.route, listed);
    assert.deepEqual((await two.pinRoute('b', unlisted, 10_000)).route, unlisted);
    await one.unpinRoute(first.pin);
    assert.deepEqual((await one.pinRoute('a', unlisted, 1)).route, listed);
    await two.unpinRoute(second.pin);
    await systemClock.sleep(5);
    assert.deepEqual((await one.pinRoute('a', unlisted, 10_000)).route, unlisted);
  });

  it('gives one route to writes that begin at once with different ones', async () => {
    const [one, two] = [open(), open()];
    for (let n = 0; n < 20; n += 1) {
      const pins = await Promise.all([
        one.pinRoute(`a${n}`, { route: 'listed', service: 's' }, 10_000),
        two.pinRoute(`a${n}`, { route: 'unlisted', missingFrom: [] }, 10_000),
      ]);
      assert.equal(new Set(pins.map(({ route }) => route.route)).size, 1);
    }
  });

  it('reports its state', async () => {
    const ledger = open();
    const lease = await ledger.acquire([NAME], soon(1000));
    await ledger.begin(lease, INTENT);
    await place().advance(2000);
    ledger.readings();
    await ledger.probe();
    const { entries, oldestMs = 0, failures, failing } = ledger.readings();
    assert.deepEqual([entries, failures, failing], [1, 0, undefined]);
    assert.ok(oldestMs >= 2000 && oldestMs < 7000);
  });

  it('is opened by many processes at once', async () => {
    const many = Array.from({ length: 5 }, () => open());
    const unsettled = await Promise.all(many.map((ledger) => ledger.unsettled()));
    assert.deepEqual(unsettled, [[], [], [], [], []]);
  });

  it('frees the leases of a process that closes it', async () => {
    const one = open();
    await one.acquire([NAME], soon(1000));
    await one.close();
    await open().acquire([NAME], soon(100));
  });

  it('is unavailable, not broken, when the database fails', async () => {
    const ledger = open({ db: brokenDatabase });
    await assert.rejects(
      ledger.acquire([NAME], soon(1000)),
      (error) => error instanceof ProblemError && error.code === 'ledger_unavailable',
    );
    await ledger.settle('x');
    const { failures, failing: reason } = ledger.readings();
    assert.ok(failures >= 2 && reason !== undefined);
  });

  it('that can be read and not written stays unavailable until a write succeeds', async () => {
    const disk = { isFull: false };
    const ledger = open({
      db: (db) =>
        watchedDatabase(db, (statements) => {
          if (disk.isFull && statements.some(({ text }) => CHANGES.test(text)))
            throw new Error('disk is full');
        }),
    });
    await ledger.probe();
    const { failing: before } = ledger.readings();
    disk.isFull = true;
    await assert.rejects(ledger.acquire([NAME], soon(1000)));
    await ledger.unsettled();
    await ledger.incidents.observe([], { receivers: ['r'], accepted: [], remindMs: 1 });
    ledger.readings();
    await ledger.unsettled();
    assert.deepEqual([before, ledger.readings().failing === undefined], [undefined, false]);
    disk.isFull = false;
    await ledger.probe();
    assert.equal(ledger.readings().failing, undefined);
  });
});

const CHANGES = /^(INSERT INTO|DELETE FROM) ledger_(leases|writes)/;
/** A database whose statements about leases and writes fail. */
function brokenDatabase(db: Database): Database {
  return failingDatabase(db, CHANGES);
}
