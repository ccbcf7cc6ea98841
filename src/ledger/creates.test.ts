import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { openStore } from './ledger.ts';

const WRITE = { kind: 'monitor', application: 'a', key: 'k' } as const;

describe('the ledger of creates', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'journal-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const open = () => {
    const { ledger, close } = openStore(join(folder, 'ledger.sqlite'));
    return { ...ledger, close };
  };

  it('contains a create in progress until it is settled', () => {
    const ledger = open();
    const entry = ledger.begin(WRITE, 'somebody', 1000);
    assert.equal(ledger.pendingSince(WRITE), 1000);
    assert.equal(ledger.pendingSince({ ...WRITE, key: 'other' }), undefined);
    assert.equal(ledger.pendingSince({ ...WRITE, kind: 'dashboard' }), undefined);
    ledger.settle(entry);
    assert.equal(ledger.pendingSince(WRITE), undefined);
    ledger.close();
  });

  it('still contains it after the process was killed between the request and its response', () => {
    const killed = open();
    killed.begin(WRITE, 'somebody', 1000);
    const next = open();
    assert.equal(next.pendingSince(WRITE), 1000);
    next.begin(WRITE, 'somebody', 2000);
    assert.equal(next.pendingSince(WRITE), 2000);
    next.settleAll(WRITE);
    assert.equal(next.pendingSince(WRITE), undefined);
    next.close();
    killed.close();
  });

  it('reports the number of creates in progress, the oldest start, and failed writes', () => {
    const store = openStore(join(folder, 'ledger.sqlite'));
    const { ledger } = store;
    assert.deepEqual(
      { ...ledger.readings(), bytes: 0 },
      { entries: 0, oldestAt: undefined, bytes: 0, failures: 0, failing: undefined },
    );
    ledger.begin(WRITE, 'somebody', 2000);
    ledger.begin({ ...WRITE, key: 'other' }, 'somebody', 1000);
    const { entries, oldestAt, bytes } = ledger.readings();
    assert.deepEqual([entries, oldestAt, bytes > 0], [2, 1000, true]);
    // The schema rejects fractions.
    assert.throws(() => ledger.begin(WRITE, 'somebody', 1.5));
    assert.deepEqual([ledger.readings().failures, ledger.readings().failing === undefined], [1, false]);
    ledger.settleAll(WRITE);
    assert.deepEqual([ledger.readings().failures, ledger.readings().failing], [1, undefined]);
    store.close();
  });
});
