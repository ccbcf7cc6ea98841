import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { deadlineAfter } from '../domain/deadline.ts';
import { systemClock } from '../runtime/system-clock.ts';
import { openStore, type Store } from './ledger.ts';
import type { Intent, NewRevision } from './port.ts';
import { fileBytes, LIMITS, SQLITE_BYTES } from './size-limit.ts';

const KIB = 1024;
const MIB = KIB * KIB;
/** The parts of a small file. The log is as large as in a large one, because SQLite decides when it is written back. */
const PARTS = {
  known: 600 * KIB,
  bases: 400 * KIB,
  history: 400 * KIB,
  cache: 400 * KIB,
  writes: 150 * KIB,
  leases: 150 * KIB,
  routes: 10 * KIB,
  incidents: 30 * KIB,
  pages: 250 * KIB,
  log: 5 * MIB,
};
const SMALL = { known: PARTS.known, list: 300 * KIB, bases: PARTS.bases, basis: 200 * KIB };
const NAME = { kind: 'monitor', application: 'a', key: 'k' } as const;
const SOURCE = { action: 'update', requestId: 'r', isApply: false, restoredFrom: undefined } as const;

/** Returns text that cannot be compressed. */
const noise = (bytes: number) =>
  Buffer.from(crypto.getRandomValues(new Uint8Array(bytes * 0.75))).toString('base64');
const soon = () => deadlineAfter(30_000, systemClock);

/** Opens a store of small parts in its own folder. */
function smallStore(t: TestContext, parts: Partial<typeof PARTS> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'size-'));
  const failures: unknown[] = [];
  const store = openStore(join(folder, 'ledger.sqlite'), {
    clock: systemClock,
    failed: (error) => failures.push(error),
    limits: { ...LIMITS, ...SMALL },
    parts: { ...PARTS, ...parts },
  });
  t.after(async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  });
  const bytes = () => readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
  return { store, failures, bytes };
}

function revisionOf(key: string, bytes: number, more: Partial<NewRevision> = {}): NewRevision {
  return {
    ...NAME,
    ...SOURCE,
    key,
    entry: crypto.randomUUID(),
    id: '1',
    caller: 'somebody',
    body: { text: noise(bytes) },
    fingerprint: 'f',
    redacted: [],
    ...more,
  };
}

/** Sends a write whose answer is lost. Returns its entry. */
async function begin({ ledger }: Store, key: string, bytes: number): Promise<string> {
  const name = { ...NAME, key };
  const lease = await ledger.acquire([name], soon());
  const intent: Intent = { ...name, action: 'create', body: { text: noise(bytes) }, caller: 'c' };
  try {
    return await ledger.begin(lease, intent);
  } finally {
    await lease.release();
  }
}

describe('the parts of a SQLite ledger', () => {
  it('have 112 MiB together, as the documentation says, and the caches leave room for the essential ones', () => {
    const sum = Object.values(SQLITE_BYTES).reduce((total, part) => total + part, 0);
    assert.equal(sum, 112 * MIB);
    const { file, withCaches } = fileBytes(SQLITE_BYTES);
    assert.equal(file + SQLITE_BYTES.log, sum);
    const { known, bases, history, cache } = SQLITE_BYTES;
    assert.ok(known + bases + history + cache < withCaches);
    assert.deepEqual([LIMITS.known, LIMITS.bases], [known, bases]);
    // SQLite writes the log back at 4 MiB; one transaction may come on top.
    assert.ok(4 * MIB + Math.max(LIMITS.list, LIMITS.basis) < SQLITE_BYTES.log);
    const page = readFileSync(new URL('../../docs/deployment.md', import.meta.url), 'utf8');
    const rows = page.split('\n').map((line) => line.split(' | ').slice(0, 2).join(' | '));
    for (const [name, bytes] of Object.entries(SQLITE_BYTES))
      assert.ok(rows.includes(`| \`${name}\` | ${bytes / MIB}`), name);
  });

  it('stay within their sum when all are full, and writes go on', async (t) => {
    const { store, failures, bytes } = smallStore(t);
    const { ledger, objectCache, fingerprints } = store;
    const max = Object.values(PARTS).reduce((total, part) => total + part, 0);
    for (let round = 0; round < 40; round += 1) {
      const application = `a${round}`;
      const objects = [1, 2, 3].map((n) => ({
        id: `${round}-${n}`,
        key: `k${n}`,
        version: '1',
        body: { text: noise(30_000) },
      }));
      objectCache.replace('dashboard', application, objects);
      fingerprints.store(application, application, objects, systemClock.now());
      await ledger.record([revisionOf('same', 10_000), revisionOf(`k${round}`, 20_000, { application })]);
      await ledger.cache.put(application, Buffer.from(noise(20_000)), 3_600_000);
      await ledger.settle(await begin(store, `k${round}`, 1000));
      assert.ok(bytes() <= max, `${bytes()} of ${max} bytes in round ${round}`);
    }
    assert.deepEqual(failures, []);
    assert.equal(objectCache.list('dashboard', 'a39').length, 3);
    assert.equal((await ledger.newestRevision({ ...NAME, application: 'a39', key: 'k39' }))?.revision, 1);
  });

  it('include caches that evict when the file is full', (t) => {
    const { store, failures } = smallStore(t, { known: 300 * KIB, bases: 0, history: 0, cache: 0, pages: 0 });
    for (let round = 0; round < 20; round += 1)
      store.objectCache.replace('dashboard', `a${round}`, [
        { id: `${round}`, key: 'k', version: '1', body: { text: noise(60_000) } },
      ]);
    assert.deepEqual(failures, []);
    assert.equal(store.objectCache.list('dashboard', 'a19').length, 1);
    const kept = Array.from({ length: 20 }, (_, round) => store.objectCache.list('dashboard', `a${round}`));
    // Without the limit of the file, that of the cache would keep ten.
    const count = kept.filter(({ length }) => length > 0).length;
    assert.ok(count > 1 && count < 8, String(count));
  });

  it('are full of writes whose outcome is unknown: no other is sent before one is settled', async (t) => {
    const { store } = smallStore(t);
    const entries: string[] = [];
    const refused = { code: 'ledger_unavailable', message: /has no room for another write/ };
    const fill = async () => {
      for (let n = 0; n < 100; n += 1) entries.push(await begin(store, `k${n}`, 10_000));
    };
    await assert.rejects(fill(), refused);
    assert.ok(entries.length > 5 && entries.length < 20, String(entries.length));
    assert.equal((await store.ledger.unsettled()).length, entries.length, 'no recorded write is lost');
    for (const entry of entries.slice(0, 2)) await store.ledger.settle(entry);
    await begin(store, 'more', 10_000);
  });

  it('count writes that begin at once, after a start and when they are nearly full', async (t) => {
    const { store } = smallStore(t);
    const beginAll = (keys: readonly string[]) =>
      Promise.allSettled(keys.map((key) => begin(store, key, 10_000)));
    const keys = Array.from({ length: 40 }, (_, n) => `k${n}`);
    const begun = (await beginAll(keys)).filter(({ status }) => status === 'fulfilled');
    assert.ok(begun.length > 5 && begun.length < 20, String(begun.length));
    const [one] = await store.ledger.unsettled();
    await store.ledger.settle(one?.entry ?? '');
    const more = (await beginAll(keys.map((key) => `more-${key}`))).filter(
      ({ status }) => status === 'fulfilled',
    );
    assert.equal(more.length, 1);
  });

  it('limit the objects that are written at once, and the routes in use', async (t) => {
    const { ledger } = smallStore(t).store;
    const names = (count: number, prefix: string) =>
      Array.from({ length: count }, (_, n) => ({ ...NAME, key: `${prefix}${n}` }));
    await assert.rejects(ledger.acquire(names(600, 'k'), soon()), { code: 'too_large' });
    const lease = await ledger.acquire(names(300, 'a'), soon());
    await assert.rejects(ledger.acquire(names(300, 'b'), soon()), { code: 'ledger_unavailable' });
    await lease.release();
    await (await ledger.acquire(names(300, 'b'), soon())).release();
    const pin = (n: number) => ledger.pinRoute(`a${n}`, { route: 'listed', service: 's' }, 60_000);
    for (let n = 0; n < 100; n += 1) await ledger.unpinRoute((await pin(n)).pin);
    await pin(0);
    await assert.rejects(async () => {
      for (let n = 0; n < 100; n += 1) await pin(n);
    }, /outcomes of more than 34 writes are unknown/);
    const other = await pin(1);
    await assert.rejects(pin(100), { code: 'ledger_unavailable' });
    assert.equal(other.route.route, 'listed');
  });
});

describe('a history that is full', () => {
  it('deletes the oldest revisions first, the newest of each object last, and tells until when', async (t) => {
    const { ledger } = smallStore(t).store;
    const at = async (key: string) => (await ledger.newestRevision({ ...NAME, key }))?.atMs;
    assert.deepEqual(await ledger.lostRevisions(), { untilMs: undefined, newestUntilMs: undefined });
    for (let n = 0; n < 5; n += 1) await ledger.record([revisionOf('first', 10_000)]);
    const written = await at('first');
    for (let n = 0; n < 60; n += 1) await ledger.record([revisionOf('busy', 10_000)]);
    const revisions = await ledger.revisions({ ...NAME, key: 'first', limit: 10 });
    assert.deepEqual(
      revisions.map(({ revision }) => revision),
      [5],
      'the newest is kept',
    );
    const lost = await ledger.lostRevisions();
    assert.ok(Number(lost.untilMs) > 0 && lost.newestUntilMs === undefined);
    assert.equal(await at('first'), written);
    await ledger.record([revisionOf('deleted', 10_000, { action: 'delete', body: undefined })]);
    for (let n = 0; n < 60; n += 1) await ledger.record([revisionOf(`k${n}`, 10_000)]);
    assert.deepEqual([await at('first'), await at('deleted')], [undefined, undefined]);
    assert.ok(await at('k59'));
    const { newestUntilMs = 0 } = await ledger.lostRevisions();
    assert.ok(newestUntilMs >= Number(written));
    ledger.readings();
    await ledger.probe();
    assert.equal(ledger.readings().newestLostMs, newestUntilMs);
  });

  it('counts what is recorded at once after a start', async (t) => {
    const { ledger } = smallStore(t).store;
    const keys = Array.from({ length: 40 }, (_, n) => `k${n}`);
    await Promise.all(keys.slice(0, 20).map((key) => ledger.record([revisionOf(key, 20_000)])));
    for (const key of keys.slice(20)) await ledger.record([revisionOf(key, 20_000)]);
    const kept = await Promise.all(keys.map((key) => ledger.newestRevision({ ...NAME, key })));
    // Text that cannot be compressed: three quarters of its length as base64.
    const bytes = kept.filter((one) => one !== undefined).length * 15_000;
    assert.ok(bytes > PARTS.history / 2 && bytes <= PARTS.history, String(bytes));
  });
});
