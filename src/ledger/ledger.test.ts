import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { type JsonObject, isObject, parseTrustedJson, printJson } from '../domain/json.ts';
import { deadlineAfter } from '../domain/deadline.ts';
import { systemClock } from '../runtime/system-clock.ts';
import { LIMITS, SQLITE_BYTES } from './size-limit.ts';
import { openStore, type Store } from './ledger.ts';
import { isMemoryVolume } from './volume.ts';

const WRITE = { kind: 'monitor', application: 'a', key: 'k' } as const;
const DAY = 86_400_000;

let folder = '';
let open: Store[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'store-'));
  open = [];
});
afterEach(async () => {
  for (const store of open) await store.close();
  rmSync(folder, { recursive: true });
});
const file = () => join(folder, 'ledger.sqlite');
function opened(limits: Partial<typeof LIMITS> = {}, failures: unknown[] = []): Store {
  const store = openStore(file(), {
    clock: systemClock,
    failed: (error) => failures.push(error),
    limits: { ...LIMITS, ...limits },
  });
  open.push(store);
  return store;
}
const known = (id: string, body: JsonObject = { id }, version = '1') => ({
  id,
  key: `k${id}`,
  version,
  body,
});
/** Records a create that stays unsettled. */
async function begin({ ledger }: Store): Promise<string> {
  const lease = await ledger.acquire([WRITE], deadlineAfter(5000, systemClock));
  const entry = await ledger.begin(lease, { ...WRITE, action: 'create', body: { name: 'n' }, caller: 'c' });
  await lease.release();
  return entry;
}
const unsettled = async ({ ledger }: Store) => (await ledger.unsettledOf([WRITE])).length;
/** Returns a number of incompressible bytes. */
const noise = (bytes: number) =>
  Buffer.from(crypto.getRandomValues(new Uint8Array(bytes * 0.75))).toString('base64');
const object = (text: string): JsonObject => {
  const value = parseTrustedJson(text);
  assert.ok(isObject(value));
  return value;
};

describe('the object cache', () => {
  it('is replaced for one kind and application, and is persisted', () => {
    const first = opened().objectCache;
    first.replace('monitor', 'a', [known('1'), known('2')]);
    first.replace('monitor', 'b', [known('3')]);
    first.replace('dashboard', 'a', [known('4')]);
    first.replace('monitor', 'a', [known('2', { id: '2', name: 'n' }, '2'), known('5')]);
    const second = opened().objectCache;
    assert.deepEqual(second.list('monitor', 'a'), [known('2', { id: '2', name: 'n' }, '2'), known('5')]);
    assert.deepEqual(second.list('monitor', 'b'), [known('3')]);
    assert.deepEqual(second.list('dashboard', 'a'), [known('4')]);
    assert.deepEqual(second.list('dashboard', 'b'), []);
    second.replace('monitor', 'a', []);
    assert.deepEqual(second.list('monitor', 'a'), []);
  });

  it('removes an object by id and kind', () => {
    const store = opened().objectCache;
    store.replace('monitor', 'a', [known('1'), known('2')]);
    store.replace('dashboard', 'a', [known('1')]);
    store.remove('monitor', '1');
    assert.deepEqual(store.list('monitor', 'a'), [known('2')]);
    assert.deepEqual(store.list('dashboard', 'a'), [known('1')]);
  });

  it('keeps the spelling of numbers and the order of fields', () => {
    const text = '{"z":1.0,"a":12345678901234567890,"b":[1e3,-0,0.1,null,"ä\\u0000"],"__proto__":{"x":1}}';
    const { objectCache: store } = opened();
    store.replace('monitor', 'a', [known('1', object(text)), known('2', object('{"z":1,"a":2}'))]);
    assert.deepEqual(
      store.list('monitor', 'a').map(({ body }) => printJson(body)),
      [text, '{"z":1,"a":2}'],
    );
  });

  it('stores only the id of an object beyond the limit', () => {
    const { objectCache: store } = opened({ body: 1000, known: 2500 });
    store.replace('monitor', 'a', [known('1', { text: noise(1200) }), known('2')]);
    assert.deepEqual(store.list('monitor', 'a'), [known('1', {}, ''), known('2')]);
    const many = ['1', '2', '3', '4', '5', '6'].map((id) => known(id, { text: noise(900) }, '2'));
    store.replace('monitor', 'a', many);
    const kept = store.list('monitor', 'a');
    assert.equal(kept.length, 6);
    assert.deepEqual(
      kept.filter(({ version }) => version === '').map(({ id }) => id),
      ['4', '5', '6'],
    );
  });

  it('evicts complete lists beyond the limit, oldest first', () => {
    const { objectCache: store } = opened({ known: 4000 });
    const keep = (application: string) =>
      store.replace('monitor', application, [
        known('1', { text: noise(900) }),
        known('2', { text: noise(900) }),
      ]);
    for (const application of ['a', 'b', 'a', 'c']) keep(application);
    assert.deepEqual(
      ['a', 'b', 'c'].map((application) => store.list('monitor', application).length),
      [2, 0, 2],
    );
  });

  it('never evicts the list that is being written', () => {
    const { objectCache: store } = opened({ known: 3000 });
    const objects = ['1', '2', '3', '4'].map((id) => known(id, { text: noise(900) }));
    store.replace('monitor', 'a', objects.slice(3));
    store.replace('monitor', 'b', objects);
    assert.deepEqual([store.list('monitor', 'a'), store.list('monitor', 'b')], [[], objects]);
  });
});

describe('the cache of fingerprints', () => {
  it('keeps an entry for a day', () => {
    const { fingerprints: bases } = opened();
    const objects = [known('1', object('{"x":1.0}')), known('2')];
    bases.store('one', 'a', objects, 1000);
    assert.deepEqual(bases.read('one'), objects);
    assert.equal(bases.read('two'), undefined);
    bases.store('two', 'a', [], 1000 + DAY);
    assert.deepEqual(bases.read('one'), objects);
    bases.store('three', 'b', [], 1001 + DAY);
    assert.deepEqual(
      [bases.read('one'), bases.read('two'), opened().fingerprints.read('three')],
      [undefined, [], []],
    );
  });

  it('keeps the latest plans of each application; a repeated plan counts as new', () => {
    const { fingerprints: bases } = opened({ basesOfApplication: 3 });
    bases.store('other', 'b', [], 0);
    for (const basis of ['1', '2', '3', '1', '4']) bases.store(basis, 'a', [known(basis)], Number(basis));
    const left = () => ['other', '1', '2', '3', '4'].filter((basis) => bases.read(basis));
    assert.deepEqual(left(), ['other', '2', '3', '4']);
    bases.store('2', 'a', [], 9);
    bases.store('5', 'a', [], 10);
    assert.deepEqual(left(), ['other', '2', '4']);
    assert.deepEqual(bases.read('2'), [known('2')]);
  });

  it('evicts the oldest entries beyond the limit', () => {
    const { fingerprints: bases } = opened({ bases: 5000, basis: 2500 });
    bases.store('huge', 'a', [known('1', { text: noise(4000) })], 1);
    assert.equal(bases.read('huge'), undefined);
    for (const basis of ['1', '2', '3', '4'])
      bases.store(basis, basis, [known('1', { text: noise(2000) })], Number(basis));
    assert.deepEqual(
      ['1', '2', '3', '4'].filter((basis) => bases.read(basis)),
      ['3', '4'],
    );
  });
});

describe('the store', () => {
  it('opens a file without caches or with another version: writes stay, caches start empty', async () => {
    const old = new DatabaseSync(file());
    old.exec(`CREATE TABLE writes (id INTEGER PRIMARY KEY, kind TEXT NOT NULL, application TEXT NOT NULL,
      key TEXT NOT NULL, caller TEXT NOT NULL, begun_at INTEGER NOT NULL) STRICT;
      INSERT INTO writes VALUES (1, 'monitor', 'a', 'k', 'somebody', 1000);`);
    const failures: unknown[] = [];
    const store = opened({}, failures);
    assert.equal(await unsettled(store), 1);
    store.objectCache.replace('monitor', 'a', [known('1')]);
    assert.equal(opened().objectCache.list('monitor', 'a').length, 1);
    old.exec('DROP TABLE bases; CREATE TABLE bases (other TEXT); PRAGMA user_version = 99;');
    old.close();
    const next = opened({}, failures);
    assert.deepEqual([await unsettled(next), next.objectCache.list('monitor', 'a')], [1, []]);
    next.fingerprints.store('b', 'a', [known('1')], 1);
    assert.deepEqual([next.fingerprints.read('b'), failures], [[known('1')], []]);
  });

  it('reports the first cache failure once, and continues to record writes', async () => {
    const failures: unknown[] = [];
    const store = opened({}, failures);
    const other = new DatabaseSync(file());
    other.exec('DROP TABLE known_objects; DROP TABLE bases;');
    other.close();
    store.objectCache.replace('monitor', 'a', [known('1')]);
    store.objectCache.remove('monitor', '1');
    store.fingerprints.store('b', 'a', [known('1')], 1);
    assert.deepEqual([store.objectCache.list('monitor', 'a'), store.fingerprints.read('b')], [[], undefined]);
    assert.equal(failures.length, 1);
    const entry = await begin(store);
    assert.equal(await unsettled(store), 1);
    await store.ledger.settle(entry);
  });

  for (const how of ['ROLLBACK', 'ABORT'])
    it(`keeps its content when it is full, and reports that once (${how})`, () => {
      const failures: unknown[] = [];
      const store = opened({}, failures);
      store.objectCache.replace('monitor', 'a', [known('1')]);
      const other = new DatabaseSync(file());
      other.exec(`CREATE TRIGGER full BEFORE INSERT ON known_objects WHEN NEW.id = '3'
      BEGIN SELECT RAISE(${how}, 'database or disk is full'); END;`);
      other.close();
      for (let n = 0; n < 2; n += 1) store.objectCache.replace('monitor', 'a', [known('2'), known('3')]);
      assert.deepEqual(store.objectCache.list('monitor', 'a'), [known('1')]);
      assert.equal(failures.length, 1);
      store.objectCache.replace('monitor', 'a', [known('2')]);
      assert.deepEqual(store.objectCache.list('monitor', 'a'), [known('2')]);
    });

  it('returns an empty body for a damaged one', () => {
    const failures: unknown[] = [];
    const store = opened({}, failures);
    store.objectCache.replace('dashboard', 'a', [known('1'), known('2')]);
    store.fingerprints.store('b', 'a', [known('1')], 1);
    const other = new DatabaseSync(file());
    other.exec(`UPDATE known_objects SET body = x'00' WHERE id = '1'; UPDATE bases SET objects = x'ff';`);
    other.close();
    assert.deepEqual(
      store.objectCache.list('dashboard', 'a').map(({ body }) => body),
      [{}, { id: '2' }],
    );
    assert.deepEqual([store.fingerprints.read('b'), failures.length], [undefined, 1]);
  });

  it('contains complete lists after the process was killed', async () => {
    const program = `
      import { openStore } from ${JSON.stringify(import.meta.resolve('./ledger.ts'))};
      import { systemClock } from ${JSON.stringify(import.meta.resolve('../runtime/system-clock.ts'))};
      import { deadlineAfter } from ${JSON.stringify(import.meta.resolve('../domain/deadline.ts'))};
      const { ledger, objectCache } = openStore(${JSON.stringify(file())}, { clock: systemClock });
      const name = { kind: 'monitor', application: 'a', key: 'k' };
      const lease = await ledger.acquire([name], deadlineAfter(5000, systemClock));
      await ledger.begin(lease, { ...name, action: 'create', body: {}, caller: 'c' });
      for (let round = 1; ; round += 1) {
        const version = String(round);
        const list = Array.from({ length: 50 }, (_, n) => ({ id: String(n), key: 'k', version, body: { round } }));
        objectCache.replace('monitor', 'a', list);
        if (round === 5) process.stdout.write('going\\n');
      }`;
    const child = spawn(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', program],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    await once(child.stdout, 'data');
    child.kill('SIGKILL');
    await once(child, 'exit');
    const failures: unknown[] = [];
    const store = opened({}, failures);
    const list = store.objectCache.list('monitor', 'a');
    assert.equal(list.length, 50);
    assert.equal(new Set(list.map(({ version }) => version)).size, 1, 'of one round');
    assert.ok(list.every(({ version, body }) => printJson(body) === `{"round":${version}}`));
    assert.ok(Number(list[0]?.version) >= 5);
    assert.equal(await unsettled(store), 1);
    assert.deepEqual(failures, []);
  });
});

describe('the shared cache of a file', () => {
  it('keeps the file within its part under any number of entries, and survives a restart', async () => {
    const store = opened();
    const { cache } = store.ledger;
    const entry = Buffer.alloc(1024 * 1024, 1);
    for (let n = 0; n < 40; n += 1) await cache.put(`k${n}`, entry, DAY);
    const { bytes = Infinity } = store.ledger.readings();
    assert.ok(bytes < SQLITE_BYTES.cache * 1.1, `${bytes} bytes`);
    assert.equal((await opened().ledger.cache.get('k39'))?.length, entry.length);
  });
});

describe('a volume of memory', () => {
  it('is a folder on which such a file system is mounted, not one within it', (t) => {
    assert.equal(isMemoryVolume(folder), false);
    assert.equal(isMemoryVolume(join(folder, 'missing')), false);
    const shared = '/dev/shm';
    if (!existsSync(shared) || statfsSync(shared).type !== 0x01021994) return t.skip('no /dev/shm');
    assert.equal(isMemoryVolume(shared), true);
    const within = mkdtempSync(join(shared, 'birddog-'));
    assert.equal(isMemoryVolume(within), false);
    rmSync(within, { recursive: true });
  });
});

describe('the files of the store', () => {
  const modes = () =>
    readdirSync(folder).map((name) => `${name} ${(statSync(join(folder, name)).mode & 0o777).toString(8)}`);
  const ALL = ['ledger.sqlite 600', 'ledger.sqlite-shm 600', 'ledger.sqlite-wal 600'];

  it('have mode 0600 with any umask, and are corrected if they had another', async () => {
    const before = process.umask(0);
    try {
      await begin(opened());
      assert.deepEqual(modes(), ALL);
      for (const name of readdirSync(folder)) chmodSync(join(folder, name), 0o644);
      await begin(opened());
      assert.deepEqual(modes(), ALL);
    } finally {
      process.umask(before);
    }
  });
});

describe('a ledger file', () => {
  it('that is damaged is moved aside and reported, and writes go on', async () => {
    writeFileSync(file(), 'this is no database, but long enough to look like one'.repeat(100));
    const failures: unknown[] = [];
    const store = opened({}, failures);
    await begin(store);
    assert.equal(await unsettled(store), 1);
    assert.ok(readdirSync(folder).some((name) => name.startsWith('ledger.sqlite.damaged-')));
    assert.ok(failures.some((error) => error instanceof Error && /moved to/.test(error.message)));
  });

  it('that cannot be written makes writes unavailable, and no other fault', async () => {
    const store = openStore(join(folder, 'missing', 'ledger.sqlite'), { clock: systemClock });
    open.push(store);
    await assert.rejects(begin(store), { code: 'ledger_unavailable' });
    assert.deepEqual(store.objectCache.list('monitor', 'a'), []);
    mkdirSync(join(folder, 'missing'));
    await begin(store);
  });

  it('that another process locks is waited for without blocking the event loop', async () => {
    const store = opened();
    await begin(store);
    const other = new DatabaseSync(file());
    other.exec('BEGIN IMMEDIATE');
    let finished = false;
    const waiting = begin(store).then(() => (finished = true));
    await systemClock.sleep(100);
    assert.equal(finished, false);
    other.exec('COMMIT');
    other.close();
    await waiting;
    assert.equal(await unsettled(store), 2);
  });
});
