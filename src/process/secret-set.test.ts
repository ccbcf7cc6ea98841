import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { openSecretSet } from './secret-set.ts';

describe('a folder of secrets', () => {
  let folder = '';
  let now = 0;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'secrets-'));
    now = 0;
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const put = (path: string, text: string) => {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  const open = (path = '.') => openSecretSet(join(folder, path), () => now);

  it('gives a secret without its last newline, and names the file that is missing or empty', () => {
    put('key', 'hunter2\n');
    put('empty', '\n');
    assert.equal(open().read('key').reveal(), 'hunter2');
    assert.throws(() => open().read('other'), /other cannot be read/);
    assert.throws(() => open().read('empty'), /empty is empty/);
  });

  it('has another version when a file has changed, seen within a second', () => {
    put('key', 'one');
    const set = open();
    const before = set.version();
    put('key', 'another');
    now += 999;
    assert.equal(set.version(), before, 'the disk is looked at once a second at most');
    now += 1;
    assert.notEqual(set.version(), before);
    assert.equal(set.read('key').reveal(), 'another');
  });

  it('can be looked at at once', () => {
    put('key', 'one');
    const set = open();
    const before = set.version();
    put('key', 'another');
    assert.notEqual(set.refresh(), before);
  });

  it('has another version when its symlink was swapped, even for files of the same text', () => {
    put('set-1/key', 'same');
    put('set-2/key', 'same');
    symlinkSync('set-1', join(folder, 'current'));
    const set = open('current');
    const before = set.version();
    symlinkSync('set-2', join(folder, 'next'));
    renameSync(join(folder, 'next'), join(folder, 'current'));
    assert.notEqual(set.refresh(), before);
  });

  it('may be a Kubernetes Secret, whose files are links through ..data', () => {
    put('..1/key', 'one');
    put('..2/key', 'two');
    symlinkSync('..1', join(folder, '..data'));
    symlinkSync('..data/key', join(folder, 'key'));
    const set = open();
    const before = set.version();
    symlinkSync('..2', join(folder, '..next'));
    renameSync(join(folder, '..next'), join(folder, '..data'));
    assert.notEqual(set.refresh(), before);
    assert.equal(set.read('key').reveal(), 'two');
  });
});
