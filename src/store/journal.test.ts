import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { openStore } from './store.ts';

const WRITE = { kind: 'monitor', application: 'a', key: 'k' } as const;

describe('the journal', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'journal-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const open = () => {
    const { journal, close } = openStore(join(folder, 'journal.sqlite'));
    return { ...journal, close };
  };

  it('knows a create that was begun, and forgets it when it is settled', () => {
    const journal = open();
    const entry = journal.begin(WRITE, 'somebody', 1000);
    assert.equal(journal.underWaySince(WRITE), 1000);
    assert.equal(journal.underWaySince({ ...WRITE, key: 'other' }), undefined);
    assert.equal(journal.underWaySince({ ...WRITE, kind: 'dashboard' }), undefined);
    journal.settle(entry);
    assert.equal(journal.underWaySince(WRITE), undefined);
    journal.close();
  });

  it('still knows it after the process was killed between the write and its answer', () => {
    const killed = open();
    killed.begin(WRITE, 'somebody', 1000);
    const next = open();
    assert.equal(next.underWaySince(WRITE), 1000);
    next.begin(WRITE, 'somebody', 2000);
    assert.equal(next.underWaySince(WRITE), 2000);
    next.settleAll(WRITE);
    assert.equal(next.underWaySince(WRITE), undefined);
    next.close();
    killed.close();
  });
});
