import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { manualClock } from '../../../test/manual-clock.ts';
import { type TableLimits, UNLIMITED } from '../size-limit.ts';
import type { Database } from './database.ts';
import { createSqlLedger, type OpenLedger } from './sql-ledger.ts';
import { openSqlite } from './sqlite.ts';

const LISTED = { route: 'listed', service: 's' } as const;
const UNLISTED = { route: 'unlisted', missingFrom: ['leanix'] } as const;

describe('the routes of a process that uses its file alone', () => {
  const folder = mkdtempSync(join(tmpdir(), 'routes-'));
  const ledgers: OpenLedger[] = [];
  const clock = manualClock();
  const opened = (file: string, tables?: TableLimits) => {
    const open = () => openSqlite(join(folder, file), { clock });
    const ledger = createSqlLedger(open, { database: 'SQLite', clock, exclusive: true, tables });
    ledgers.push(ledger);
    return ledger;
  };
  after(async () => {
    for (const ledger of ledgers) await ledger.close().catch(() => undefined);
    rmSync(folder, { recursive: true });
  });

  it('are one for all writes in progress of an application, and change when none is', async () => {
    const ledger = opened('one');
    const pins = await Promise.all([
      ledger.pinRoute('a', LISTED, 10_000),
      ledger.pinRoute('a', UNLISTED, 10_000),
      ledger.pinRoute('b', UNLISTED, 10_000),
    ]);
    assert.deepEqual(
      pins.map(({ route }) => route),
      [LISTED, LISTED, UNLISTED],
    );
    await ledger.unpinRoute(pins[0]?.pin ?? '');
    const third = await ledger.pinRoute('a', UNLISTED, 10_000);
    assert.deepEqual(third.route, LISTED);
    const other = { ...LISTED, service: 'other' };
    const fourth = await ledger.pinRoute('a', other, 10_000);
    assert.deepEqual(fourth.route, other, 'what the catalogs now say about the same route');
    await ledger.unpinRoute(fourth.pin);
    for (const pin of [pins[1]?.pin ?? '', third.pin]) await ledger.unpinRoute(pin);
    assert.deepEqual((await ledger.pinRoute('a', UNLISTED, 1000)).route, UNLISTED);
    clock.advance(1001);
    await ledger.forgetSettled(0);
    assert.deepEqual((await ledger.pinRoute('a', LISTED, 1000)).route, LISTED, 'the other has expired');
  });

  it('are known to the process after one that died, until they expire', async () => {
    const died = opened('died');
    const { pin } = await died.pinRoute('a', UNLISTED, 10_000);
    await died.unpinRoute(pin);
    await died.pinRoute('a', LISTED, 20_000);
    const next = opened('died');
    assert.deepEqual((await next.pinRoute('a', UNLISTED, 1000)).route, LISTED);
    clock.advance(18_000);
    const third = opened('died');
    assert.deepEqual((await third.pinRoute('a', UNLISTED, 1000)).route, LISTED, 'the write may still land');
    clock.advance(60_000);
    assert.deepEqual((await third.pinRoute('a', UNLISTED, 1000)).route, UNLISTED);
  });

  it('stay stored if a write begins while the rows of many idle applications are deleted', async () => {
    const died = opened('full', { ...UNLIMITED, routes: 300 });
    const names = Array.from({ length: 300 }, (_, n) => `a${n}`);
    const pins = await Promise.all(names.map((name) => died.pinRoute(name, UNLISTED, 1000)));
    await Promise.all(pins.map(({ pin }) => died.unpinRoute(pin)));
    await Promise.all(['new', 'a299'].map((name) => died.pinRoute(name, LISTED, 10_000)));
    assert.deepEqual((await opened('full').pinRoute('a299', UNLISTED, 1000)).route, LISTED);
  });

  it('are not in use after a failure to store them, and are stored by the next write', async () => {
    const state = { fails: false };
    const open = (): Database => {
      const db = openSqlite(join(folder, 'failing'), { clock });
      const query: Database['query'] = async (statement) =>
        state.fails ? assert.fail('the disk is full') : db.query(statement);
      return { ...db, query };
    };
    const ledger = createSqlLedger(open, { database: 'SQLite', clock, exclusive: true });
    ledgers.push(ledger);
    await ledger.probe();
    state.fails = true;
    await assert.rejects(ledger.pinRoute('a', LISTED, 10_000), { code: 'ledger_unavailable' });
    await assert.rejects(ledger.pinRoute('b', LISTED, 10_000), { code: 'ledger_unavailable' });
    state.fails = false;
    assert.deepEqual((await ledger.pinRoute('a', UNLISTED, 1000)).route, UNLISTED);
    await ledger.pinRoute('b', LISTED, 1000);
    assert.deepEqual((await opened('failing').pinRoute('b', UNLISTED, 1000)).route, LISTED);
  });

  it('hold for a time after a restart of the machine, and not for its former uptime', async () => {
    const machine = { uptimeMs: 1_000_000 };
    const here = { ...clock, monotonic: () => machine.uptimeMs };
    const booted = (clockRun: string) => {
      const open = () => openSqlite(join(folder, 'restarted'), { clock: here });
      const ledger = createSqlLedger(open, { database: 'SQLite', clock: here, exclusive: true, clockRun });
      ledgers.push(ledger);
      return ledger;
    };
    await booted('first boot').pinRoute('a', LISTED, 10_000);
    for (const [boot, uptimeMs] of [
      ['a longer uptime', 9_000_000],
      ['a shorter uptime', 1000],
    ] as const) {
      machine.uptimeMs = uptimeMs;
      const next = booted(boot);
      assert.deepEqual((await next.pinRoute('a', UNLISTED, 1000)).route, LISTED, boot);
    }
    machine.uptimeMs += 700_000;
    assert.deepEqual((await booted('a shorter uptime').pinRoute('a', UNLISTED, 1000)).route, UNLISTED);
  });

  it('are free after a process that ended', async () => {
    const ended = opened('ended');
    await ended.unpinRoute((await ended.pinRoute('a', LISTED, 10_000)).pin);
    await ended.pinRoute('b', LISTED, 10_000);
    await ended.close();
    const next = opened('ended');
    assert.deepEqual((await next.pinRoute('a', UNLISTED, 1000)).route, UNLISTED);
    assert.deepEqual((await next.pinRoute('b', UNLISTED, 1000)).route, LISTED, 'it may still land');
  });
});
