import assert from 'node:assert/strict';
import { it } from 'node:test';
import { openStore } from '../../src/ledger/ledger.ts';
import type { Intent, NewRevision } from '../../src/ledger/port.ts';
import type { Statement } from '../../src/ledger/sql/database.ts';
import { documentOf, monitorEntry, startInProcess } from '../documents-in-process.ts';
import { systemClock } from '../../src/runtime/system-clock.ts';
import { describeLedgers, soon, watchedDatabase } from './ledger-places.ts';

const NAME = { kind: 'monitor', application: 'app', key: 'load' } as const;
const INTENT: Intent = { ...NAME, action: 'create', body: { name: 'n' }, caller: 'somebody' };
const REVISION = {
  ...NAME,
  action: 'create',
  requestId: 'r',
  isApply: false,
  restoredFrom: undefined,
  id: '1',
  caller: 'somebody',
  body: { name: 'n' },
  fingerprint: 'f',
  redacted: [],
} satisfies Omit<NewRevision, 'entry'>;

/** Returns what a round trip does to which tables. */
function summary(statements: readonly Statement[]): string {
  const parts = statements.map(({ text }) => {
    const [, table] = /(?:INTO|FROM|UPDATE) ledger_(\w+)/.exec(text) ?? [];
    return `${/^\w+/.exec(text)?.[0]} ${table}`;
  });
  return parts.join(', ');
}

describeLedgers('a write', ({ database, open }) => {
  /** A ledger as a process opens it, and the round trips since. */
  async function watched() {
    const trips: string[] = [];
    const db: Parameters<typeof open>[0] = {
      exclusive: database === 'SQLite',
      db: (opened) => watchedDatabase(opened, (statements) => trips.push(summary(statements))),
    };
    const ledger = open(db);
    // SQLite counts what is stored before the first write.
    const lease = await ledger.acquire([{ ...NAME, key: 'first' }], soon(1000));
    const entry = await ledger.begin(lease, { ...INTENT, key: 'first' });
    await ledger.settle(entry, { revisions: [{ ...REVISION, key: 'first', entry }], release: lease });
    trips.length = 0;
    return { ledger, trips };
  }

  it('of one object takes three round trips, of which its caller waits for two', async () => {
    const { ledger, trips } = await watched();
    const pipeline = startInProcess({ store: { ...openStore(':memory:', { clock: systemClock }), ledger } });
    const monitor = { type: 'query alert', name: 'n', query: 'avg(last_5m):avg:system.load.1{*} > 2' };
    await pipeline.ask('/create_monitor', { application: 'app', team: 'payments', key: 'load', monitor });
    await ledger.close();
    const leases = database === 'PostgreSQL';
    assert.deepEqual(trips.slice(0, 3), [
      `${leases ? 'INSERT leases, ' : ''}SELECT writes`,
      'INSERT writes',
      `INSERT revisions, DELETE writes${leases ? ', DELETE leases' : ''}`,
    ]);
    const atClose = leases ? ['DELETE leases'] : [];
    assert.deepEqual(trips.slice(3), atClose);
  });

  it('waits for its route once for many writes of an application if one process has the ledger', async () => {
    const { ledger, trips } = await watched();
    for (let n = 0; n < 20; n += 1) {
      const { pin } = await ledger.pinRoute('app', { route: 'listed', service: 's' }, 30_000);
      await ledger.unpinRoute(pin);
    }
    assert.equal(trips.length, database === 'SQLite' ? 1 : 40, trips.join('\n'));
  });

  it('is the same if its statements are executed twice', async () => {
    const ledger = open({
      db: (db) => ({
        ...db,
        sequence: async (statements) => {
          await db.sequence(statements);
          return db.sequence(statements);
        },
      }),
    });
    const lease = await ledger.acquire([NAME], soon(20));
    const entry = await ledger.begin(lease, INTENT);
    await ledger.settle(entry, { revisions: [{ ...REVISION, entry }], release: lease });
    const found = await ledger.revisions({ ...NAME, limit: 10 });
    assert.deepEqual([await ledger.unsettled(), found.length], [[], 1]);
    await open().acquire([NAME], soon(1000));
  });

  it('frees the lease that it has acquired without getting an answer', async () => {
    const lost = { answer: true };
    const ledger = open({
      db: (db) => ({
        ...db,
        sequence: async (statements) => {
          const rows = await db.sequence(statements);
          if (lost.answer) throw new Error('the connection broke');
          return rows;
        },
      }),
    });
    await assert.rejects(ledger.acquire([NAME], soon(1000)), { code: 'ledger_unavailable' });
    await open().acquire([NAME], soon(1000));
  });

  it('of a document takes two round trips for each object', async () => {
    const { ledger, trips } = await watched();
    const pipeline = startInProcess({ store: { ...openStore(':memory:', { clock: systemClock }), ledger } });
    await pipeline.apply(documentOf({ monitors: ['a', 'b', 'c'].map((key) => monitorEntry(key)) }));
    await ledger.close();
    const settled = trips.filter((trip) => trip === 'INSERT revisions, DELETE writes');
    const begun = trips.filter((trip) => trip === 'INSERT writes');
    assert.deepEqual([begun.length, settled.length], [3, 3]);
    assert.ok(trips.length <= 10, trips.join('\n'));
  });

  it('is settled and releases its lease at once, unless another create is to be verified', async () => {
    const { ledger, trips } = await watched();
    const first = await ledger.acquire([NAME], soon(1000));
    const expired = await ledger.begin(first, INTENT);
    await ledger.expire(expired);
    const entry = await ledger.begin(first, INTENT);
    await ledger.settle(entry, { id: '1', revisions: [{ ...REVISION, entry }], release: first });
    const other = database === 'PostgreSQL' ? open() : ledger;
    await assert.rejects(other.acquire([NAME], soon(50)), { code: 'deadline_exceeded' });
    assert.deepEqual(new Set((await ledger.toVerify(0)).map(({ id }) => id)), new Set([undefined, '1']));
    await first.release();
    const second = await ledger.acquire([NAME], soon(1000));
    const update = await ledger.begin(second, { ...INTENT, action: 'update', id: '1' });
    await ledger.settle(update, { revisions: [{ ...REVISION, entry: update }], release: second });
    const third = await ledger.acquire([NAME], soon(1000));
    trips.length = 0;
    await second.release();
    assert.deepEqual(trips, [], 'it is released already');
    await assert.rejects(ledger.begin(second, INTENT), { code: 'ledger_unavailable' });
    await ledger.begin(third, INTENT);
  });
});
