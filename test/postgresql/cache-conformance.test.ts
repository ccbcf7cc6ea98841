import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { SharedCache } from '../../src/ledger/port.ts';
import type { Database } from '../../src/ledger/sql/database.ts';
import { USE_MS } from '../../src/ledger/sql/cache.ts';
import { describeLedgers, failingDatabase, soon } from './ledger-places.ts';

const HOUR_MS = 3_600_000;
const NAME = { kind: 'monitor', application: 'a', key: 'k' } as const;
const bytes = (size: number, value = 1) => new Uint8Array(size).fill(value);
/** Returns the keys among these that the cache has. */
async function kept(cache: SharedCache, keys: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const key of keys) if (await cache.get(key)) found.push(key);
  return found;
}

describeLedgers('the cache', ({ place, open }) => {
  it('returns the bytes that another process stored last under a key', async () => {
    const [one, two] = [open().cache, open().cache];
    const text = Buffer.from([0, 1, 255, 10]);
    await one.put('series', bytes(3), HOUR_MS);
    await one.put('series', text, HOUR_MS);
    await one.put('empty', new Uint8Array(), HOUR_MS);
    assert.deepEqual(Buffer.from((await two.get('series')) ?? []), text);
    assert.equal((await two.get('empty'))?.length, 0);
    assert.equal(await two.get('other'), undefined);
  });

  it('returns nothing that has expired, and deletes it', async () => {
    const ledger = open();
    await ledger.cache.put('short', bytes(10), HOUR_MS);
    await ledger.cache.put('long', bytes(10), 3 * HOUR_MS);
    await place().advance(2 * HOUR_MS);
    assert.deepEqual(await kept(ledger.cache, ['short', 'long']), ['long']);
    await ledger.forgetSettled(HOUR_MS);
    assert.deepEqual(await rows(place().open()), ['long']);
  });

  it('evicts the least recently used entries beyond its limit, whichever process stored them', async () => {
    const [one, two] = [open({ cacheBytes: 10_000 }).cache, open({ cacheBytes: 10_000 }).cache];
    const keys = ['a', 'b', 'c', 'd'];
    for (const key of keys) {
      await one.put(key, bytes(2400), HOUR_MS);
      await place().advance(2);
    }
    await place().advance(USE_MS + 1000);
    await two.get('a');
    await place().advance(1000);
    await two.put('e', bytes(2000), HOUR_MS);
    assert.deepEqual(await kept(one, [...keys, 'e']), ['a', 'd', 'e'], '90 % remain');
  });

  it('stays within its limit after any number of entries', async () => {
    const { cache } = open({ cacheBytes: 20_000 });
    for (let n = 0; n < 60; n += 1) await cache.put(`k${n}`, bytes(500 + 37 * n), HOUR_MS);
    const db = place().open();
    const [row] = await db.query({
      text: 'SELECT sum(length(bytes)) AS bytes FROM ledger_cache',
      values: [],
    });
    await db.close();
    assert.ok(Number(row?.['bytes']) <= 20_000, `${String(row?.['bytes'])} bytes`);
    assert.ok(await cache.get('k59'), 'the newest is kept');
  });

  it('stores no entry above a quarter of its limit', async () => {
    const { cache } = open({ cacheBytes: 1000 });
    await cache.put('large', bytes(251), HOUR_MS);
    await cache.put('small', bytes(250), HOUR_MS);
    assert.deepEqual(await kept(cache, ['large', 'small']), ['small']);
  });

  it('that fails is a miss, and no fault of the ledger, whose writes go on', async () => {
    const ledger = open({ db: (db) => failingDatabase(db, /(INTO|FROM|UPDATE) ledger_cache/) });
    await ledger.cache.put('k', bytes(10), HOUR_MS);
    assert.equal(await ledger.cache.get('k'), undefined);
    await ledger.cache.evict();
    const lease = await ledger.acquire([NAME], soon(5000));
    await lease.release();
    const { failures, failing: reason } = ledger.readings();
    assert.deepEqual([failures, reason], [0, undefined]);
  });

  it('does not keep writes waiting while its statements hang', async () => {
    const { promise: answered, resolve: answer } = Promise.withResolvers<void>();
    const ledger = open({
      db: (db) => ({
        ...db,
        query: async (statement) => {
          if (statement.text.includes('ledger_cache')) await answered;
          return db.query(statement);
        },
      }),
    });
    const reads = Array.from({ length: 300 }, (_, n) => ledger.cache.get(`k${n}`));
    const lease = await ledger.acquire([NAME], soon(30_000));
    await lease.release();
    answer();
    assert.equal((await Promise.all(reads)).filter((one) => one !== undefined).length, 0);
  });
});

async function rows(db: Database): Promise<string[]> {
  const found = await db.query({ text: 'SELECT key FROM ledger_cache ORDER BY key', values: [] });
  await db.close();
  return found.map(({ key }) => String(key));
}
