import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { Secret } from '../domain/secret.ts';
import { isSameSet, readSet, writeSet } from './write-set.ts';

const files = (text: string) => new Map(['a', 'b', 'c'].map((name) => [name, new Secret(`${name} ${text}`)]));

describe('a set of secrets', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'sets-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const read = (name: string) => readFileSync(join(folder, 'current', name), 'utf8');

  it('is readable by owner and group and writable by nobody', async () => {
    await writeSet(folder, files('1'), 1);
    assert.deepEqual(['a', 'b', 'c'].map(read), ['a 1', 'b 1', 'c 1']);
    for (const name of ['a', 'b', 'c'])
      assert.equal(statSync(join(folder, 'current', name)).mode & 0o777, 0o440);
    assert.equal(statSync(join(folder, 'current')).mode & 0o007, 0);
  });

  it('is replaced atomically', async () => {
    await writeSet(folder, files('0'), 0);
    const state = { writing: true };
    const writer = (async () => {
      for (let n = 1; n <= 40; n += 1) await writeSet(folder, files(String(n)), n);
      state.writing = false;
    })();
    let looks = 0;
    while (state.writing) {
      const at = join(folder, 'current');
      const names = readdirSync(at);
      assert.deepEqual(names.sort(), ['a', 'b', 'c']);
      looks += 1;
      await new Promise(setImmediate);
    }
    await writer;
    assert.ok(looks > 10);
    assert.equal(read('a'), 'a 40');
  });

  it("is read as written, with the age of each file's content", async () => {
    assert.equal(readSet(folder).files.size, 0);
    await writeSet(folder, files('1'), 1000);
    await writeSet(folder, new Map([...files('1'), ['b', new Secret('other')]]), 5000);
    const { files: found, writtenAt } = readSet(folder);
    assert.deepEqual([...writtenAt].sort(), [
      ['a', 1000],
      ['b', 5000],
      ['c', 1000],
    ]);
    assert.ok(isSameSet(found, new Map([...files('1'), ['b', new Secret('other')]])));
    assert.ok(!isSameSet(found, files('1')));
    assert.ok(!isSameSet(found, new Map([...found].slice(1))));
  });

  it('removes the remains of an interrupted write and no other files', async () => {
    mkdirSync(join(folder, 'set-0-cut'));
    symlinkSync('set-0-cut', join(folder, '.set-0-cut'));
    mkdirSync(join(folder, 'of-others'));
    await writeSet(folder, files('1'), 1);
    const left = readdirSync(folder).map((name) => name.split('-')[0]);
    assert.deepEqual(left.sort(), ['current', 'of', 'set']);
    assert.equal(read('a'), 'a 1');
  });

  it('keeps only the previous set, which may still be read', async () => {
    for (const n of [1, 2, 3]) await writeSet(folder, files(String(n)), n);
    const sets = readdirSync(folder).filter((name) => name !== 'current');
    assert.deepEqual(sets.map((s) => s.split('-')[1]).sort(), ['2', '3']);
  });
});
