import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { NewRevision } from '../../src/ledger/port.ts';
import { describeLedgers, failingDatabase, soon } from './ledger-places.ts';

const NAME = { kind: 'monitor', application: 'a', key: 'k' } as const;
let revisions = 0;
/** Returns a revision of the object `a/k` with its own body. */
function revisionOf(more: Partial<NewRevision> = {}): NewRevision {
  revisions += 1;
  const write = { action: 'update', caller: 'somebody', requestId: 'r', isApply: false } as const;
  const entry = `e${revisions}`;
  const body = { name: entry };
  return {
    ...NAME,
    ...write,
    entry,
    id: '1',
    restoredFrom: undefined,
    body,
    fingerprint: entry,
    redacted: [],
    ...more,
  };
}

describeLedgers('the history', ({ place, open }) => {
  it('gives the revisions of a renamed object their new name, once', async () => {
    const ledger = open();
    const from = { application: 'a', key: 'old' };
    const revision = (entry: string, key: string, more: Partial<NewRevision> = {}) =>
      revisionOf({ entry, key, ...more });
    const renamed = revision('4', 'new', { renamedFrom: from });
    await ledger.record([revision('0', 'new', { id: 'other' })]);
    await ledger.record([revision('1', 'old', { id: 'other' })]);
    await ledger.record([revision('2', 'old')]);
    await ledger.record([revision('3', 'old')]);
    await ledger.record([renamed]);
    await ledger.record([revision('5', 'old')]);
    await ledger.record([renamed]);
    const listed = async (key: string) =>
      (await ledger.revisions({ application: 'a', kind: 'monitor', key, limit: 9 })).map(
        (one) => `${one.entry} ${one.key} ${one.revision} ${one.renamedFrom?.key ?? ''}`,
      );
    assert.deepEqual((await listed('new')).toSorted(), ['0 new 1 ', '2 new 3 ', '3 new 4 ', '4 new 5 old']);
    assert.deepEqual((await listed('old')).toSorted(), ['1 old 1 ', '4 new 5 old', '5 old 2 ']);
    const write = {
      action: 'update',
      requestId: 'r',
      isApply: true,
      restoredFrom: undefined,
      renamedFrom: from,
    } as const;
    const lease = await ledger.acquire([NAME], soon(1000));
    await ledger.begin(lease, { ...NAME, action: 'update', caller: 'c', source: write });
    assert.deepEqual((await ledger.unsettledOf([NAME]))[0]?.source, write);
  });

  it('numbers the revisions of each object, which every process reads, and records an entry once', async () => {
    const [one, two] = [open(), open()];
    const first = revisionOf({ action: 'create', requestId: undefined, redacted: ['/message'] });
    await one.record([first]);
    await one.record([first]);
    // The settler can be faster than the request that found another state before its write.
    await one.record([revisionOf({ entry: `${first.entry}-before` }), first]);
    const second = revisionOf({ caller: 'other', isApply: true, restoredFrom: 1 });
    await two.record([second, revisionOf({ key: 'other' })]);
    await two.record([revisionOf({ action: 'delete', body: undefined, key: 'other' })]);
    const read = await one.revisions({ ...NAME, limit: 10 });
    assert.deepEqual(read, [
      { ...second, revision: 2, atMs: read[0]?.atMs },
      { ...first, revision: 1, atMs: read[1]?.atMs },
    ]);
    assert.ok(read.every(({ atMs }) => Math.abs(atMs - Date.now()) < 3_600_000));
    assert.equal((await one.revision(NAME, 1))?.entry, first.entry);
    assert.equal(await one.revision(NAME, 3), undefined);
    assert.equal((await one.newestRevision(NAME))?.entry, second.entry);
    assert.deepEqual(
      (await one.newestRevisions('a')).map(({ entry }) => entry),
      [second.entry],
      'without the deleted object',
    );
  });

  it('lists the revisions of an application in pages, without bodies', async () => {
    const ledger = open();
    for (let n = 0; n < 5; n += 1) await ledger.record([revisionOf({ key: `k${n % 2}` })]);
    await ledger.record([revisionOf({ application: 'b' })]);
    const found = [];
    let page = await ledger.revisions({ application: 'a', limit: 2 });
    while (page.length > 0) {
      found.push(...page);
      page = await ledger.revisions({ application: 'a', limit: 2, after: page.at(-1) });
    }
    assert.equal(new Set(found.map(({ entry }) => entry)).size, 5);
    assert.ok(found.every(({ body, application }) => body === undefined && application === 'a'));
    assert.deepEqual(
      found.map(({ atMs }) => atMs),
      found.map(({ atMs }) => atMs).sort((a, b) => b - a),
    );
  });

  it('returns what the last apply wrote, with the revision before it', async () => {
    const ledger = open();
    const single = revisionOf({ requestId: 'single' });
    const earlier = revisionOf({ requestId: 'before', isApply: true });
    const made = revisionOf({ requestId: 'last', isApply: true });
    const created = revisionOf({ requestId: 'last', isApply: true, action: 'create', key: 'new' });
    for (const one of [earlier, single, made, created]) {
      await ledger.record([one]);
      await place().advance(1);
    }
    await ledger.record([revisionOf({ requestId: 'afterwards', key: 'alone' })]);
    const names = async (except: string) =>
      (await ledger.lastApply('a', except))
        .map((one) => [one.first.entry, one.before?.entry])
        .sort((a, b) => ((a[0] ?? '') < (b[0] ?? '') ? -1 : 1));
    assert.deepEqual(await names('-'), [
      [made.entry, single.entry],
      [created.entry, undefined],
    ]);
    assert.deepEqual(await names('last'), [[earlier.entry, undefined]]);
    assert.deepEqual(await ledger.lastApply('b', '-'), []);
  });

  it('keeps the history within its limits, and the newest revision of each object', async () => {
    const limits = { perObject: 3, maxAgeMs: 60_000, maxBytes: Infinity };
    const ledger = open({ history: limits });
    for (let n = 0; n < 5; n += 1) await ledger.record([revisionOf()]);
    await ledger.record([revisionOf({ key: 'old' }), revisionOf({ key: 'old' })]);
    const numbers = async (key: string) =>
      (await ledger.revisions({ ...NAME, key, limit: 10 })).map(({ revision }) => revision);
    assert.deepEqual(await numbers('k'), [5, 4, 3]);
    await place().advance(120_000);
    await ledger.record([revisionOf()]);
    await ledger.forgetSettled(60_000);
    assert.deepEqual([await numbers('k'), await numbers('old')], [[6], [2]]);
  });

  it('that cannot be written fails no request', async () => {
    const ledger = open({ db: (db) => failingDatabase(db, /INTO ledger_revisions/) });
    await ledger.record([revisionOf()]);
    const lease = await ledger.acquire([NAME], soon(1000));
    const entry = await ledger.begin(lease, { ...NAME, action: 'create', caller: 'somebody' });
    await ledger.settle(entry, { id: '1', revisions: [revisionOf({ entry })], release: lease });
    assert.deepEqual([await ledger.unsettled(), ledger.readings().failures], [[], 2]);
    await assert.rejects(open().acquire([NAME], soon(50)), { code: 'deadline_exceeded' });
    await lease.release();
    await open().acquire([NAME], soon(1000));
  });

  it('never exceeds its bytes, and deletes the newest revision of an object last', async () => {
    const ledger = open({ history: { perObject: 50, maxAgeMs: Infinity, maxBytes: 5_000 } });
    const count = async (key: string) => (await ledger.revisions({ ...NAME, key, limit: 50 })).length;
    await ledger.record([revisionOf({ key: 'other' })]);
    await place().advance(1);
    for (let n = 0; n < 30; n += 1) await ledger.record([revisionOf()]);
    assert.equal((await ledger.newestRevision(NAME))?.revision, 30);
    assert.ok((await count('k')) <= 5, String(await count('k')));
    assert.equal(await count('other'), 1);
    const { untilMs, newestUntilMs } = await ledger.lostRevisions();
    assert.deepEqual([untilMs !== undefined, newestUntilMs], [true, undefined]);
    for (let n = 0; n < 30; n += 1) await ledger.record([revisionOf({ key: `k${n}` })]);
    assert.equal(await count('other'), 0);
    assert.ok(Number((await ledger.lostRevisions()).newestUntilMs) > 0);
  });
});
