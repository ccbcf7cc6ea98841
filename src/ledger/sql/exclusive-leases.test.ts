import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { deadlineAfter } from '../../domain/deadline.ts';
import { systemClock } from '../../runtime/system-clock.ts';
import type { Intent } from '../port.ts';
import { createSqlLedger, type OpenLedger } from './sql-ledger.ts';
import { openSqlite } from './sqlite.ts';

const NAME = { kind: 'monitor', application: 'a', key: 'k' } as const;
const INTENT: Intent = { ...NAME, action: 'create', body: { name: 'n' }, caller: 'somebody' };
const soon = (ms: number) => deadlineAfter(ms, systemClock);

describe('the leases of a process that uses its file alone', () => {
  const folder = mkdtempSync(join(tmpdir(), 'exclusive-'));
  const ledgers: OpenLedger[] = [];
  const opened = (file: string, exclusive = true) => {
    const open = () => openSqlite(join(folder, file), { clock: systemClock });
    const ledger = createSqlLedger(open, { database: 'SQLite', clock: systemClock, exclusive });
    ledgers.push(ledger);
    return ledger;
  };
  after(async () => {
    for (const ledger of ledgers) await ledger.close();
    rmSync(folder, { recursive: true });
  });

  it('are given to one request at a time, in order', async () => {
    const ledger = opened('order');
    const order: number[] = [];
    const first = await ledger.acquire([NAME, { ...NAME, key: 'other' }], soon(1000));
    const waiting = [1, 2, 3].map(async (n) => {
      const lease = await ledger.acquire([NAME], soon(5000));
      order.push(n);
      await lease.release();
    });
    await assert.rejects(ledger.acquire([{ ...NAME, key: 'other' }], soon(20)), {
      code: 'deadline_exceeded',
    });
    assert.deepEqual(order, []);
    await first.release();
    await Promise.all(waiting);
    assert.deepEqual(order, [1, 2, 3]);
  });

  it('record nothing after their release', async () => {
    const ledger = opened('released');
    const lease = await ledger.acquire([NAME], soon(1000));
    const entry = await ledger.begin(lease, INTENT);
    await lease.release();
    await assert.rejects(ledger.begin(lease, INTENT), { code: 'ledger_unavailable' });
    await assert.rejects(ledger.resend(lease, entry, INTENT), { code: 'ledger_unavailable' });
  });

  it('record a write again that is sent once more after a reader has settled it', async () => {
    const ledger = opened('resent');
    const lease = await ledger.acquire([NAME], soon(1000));
    const entry = await ledger.begin(lease, INTENT);
    await ledger.settle(entry);
    await ledger.resend(lease, entry, INTENT);
    const [write] = await ledger.unsettledOf([NAME]);
    assert.deepEqual([write?.entry, write?.attempts], [entry, 2]);
  });

  it('record nothing after another process has taken the file over, which gets what is unsettled', async () => {
    const former = opened('taken');
    const lease = await former.acquire([NAME], soon(1000));
    const entry = await former.begin(lease, INTENT);
    await former.probe();
    const next = opened('taken');
    const taken = await next.acquire([NAME], soon(1000));
    assert.deepEqual(
      taken.unsettled.map((write) => write.entry),
      [entry],
    );
    await assert.rejects(former.begin(lease, INTENT), { code: 'ledger_unavailable' });
    await assert.rejects(former.resend(lease, entry, INTENT), { code: 'ledger_unavailable' });
    await assert.rejects(former.probe(), { code: 'ledger_unavailable' });
    await next.begin(taken, INTENT);
    await next.probe();
  });

  it('take the place of those that an earlier version stored', async () => {
    const earlier = opened('earlier', false);
    const lease = await earlier.acquire([NAME], soon(1000));
    const next = opened('earlier');
    const taken = await next.acquire([NAME], soon(1000));
    await assert.rejects(earlier.begin(lease, INTENT), { code: 'ledger_unavailable' });
    await next.begin(taken, INTENT);
  });
});
