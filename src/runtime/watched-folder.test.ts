import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { watchFolder, type ReadSecret } from './watched-folder.ts';
import { createLog } from './log.ts';

describe('a watched folder', () => {
  let folder = '';
  let written: string[] = [];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'secrets-'));
    written = [];
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const put = (path: string, text: string) => {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  const swap = (target: string, link: string) => {
    symlinkSync(target, join(folder, 'next'));
    renameSync(join(folder, 'next'), join(folder, link));
  };
  const open = <T>(read: (secret: ReadSecret) => T, path = '.') =>
    watchFolder({
      part: 'a_part',
      folder: join(folder, path),
      read,
      log: createLog('test', (line) => written.push(line)),
    });
  const key = (secret: ReadSecret) => secret('key').reveal();
  const pair = (secret: ReadSecret) => [secret('one').reveal(), secret('two').reveal()].join('+');

  it('strips the trailing newline and names a missing or empty file', () => {
    put('key', 'hunter2\n');
    put('empty', '\n');
    assert.equal(open(key).current(), 'hunter2');
    assert.throws(() => open((secret) => secret('other')), /other cannot be read/);
    assert.throws(() => open((secret) => secret('empty')), /empty is empty/);
  });

  it('does not read unchanged files again', () => {
    put('key', 'one');
    let reads = 0;
    const followed = open((secret) => {
      reads += 1;
      return key(secret);
    });
    assert.deepEqual([followed.poll(), followed.poll(), reads], [false, false, 1]);
    put('key', 'another');
    assert.deepEqual([followed.current(), reads], ['one', 1], 'the disk is not looked at by itself');
    assert.deepEqual([followed.poll(), followed.current(), reads], [true, 'another', 2]);
  });

  it('notices a set that is swapped by its symlink', () => {
    put('set-1/key', 'one');
    put('set-2/key', 'two');
    symlinkSync('set-1', join(folder, 'current'));
    const followed = open(key, 'current');
    swap('set-2', 'current');
    assert.deepEqual([followed.poll(), followed.current()], [true, 'two']);
  });

  it('ignores a new set with the same contents', () => {
    for (const set of ['1', '2']) put(`set-${set}/key`, 'same');
    put('set-3/key', 'other');
    symlinkSync('set-1', join(folder, 'current'));
    const followed = open(key, 'current');
    const taken: string[] = [];
    followed.onChange((value) => void taken.push(value));
    swap('set-2', 'current');
    assert.deepEqual([followed.poll(), taken, written], [false, [], []]);
    swap('set-3', 'current');
    assert.deepEqual([followed.poll(), taken], [true, ['other']]);
  });

  it('reads a Kubernetes Secret, whose files are links through ..data', () => {
    put('..1/key', 'one');
    put('..2/key', 'two');
    symlinkSync('..1', join(folder, '..data'));
    symlinkSync('..data/key', join(folder, 'key'));
    const followed = open(key);
    swap('..2', '..data');
    assert.deepEqual([followed.poll(), followed.current()], [true, 'two']);
  });

  it('reads files of one set even if it is swapped during the read', () => {
    for (const set of ['1', '2']) for (const file of ['one', 'two']) put(`set-${set}/${file}`, set);
    symlinkSync('set-1', join(folder, 'current'));
    let swaps = 0;
    const followed = open((secret) => {
      const one = secret('one').reveal();
      if (swaps++ === 0) swap('set-2', 'current');
      return `${one}+${secret('two').reveal()}`;
    }, 'current');
    assert.equal(followed.current(), '2+2');
  });

  it('keeps the previous value while files are rejected, and logs it once', () => {
    put('one', '1');
    put('two', '1');
    const followed = open(pair);
    rmSync(join(folder, 'two'));
    put('one', '2');
    for (let looks = 0; looks < 3; looks += 1) assert.equal(followed.poll(), false);
    assert.equal(followed.current(), '1+1');
    assert.match(followed.refused() ?? '', /two cannot be read/);
    assert.equal(written.length, 1);
    assert.match(written[0] ?? '', /"level":"error".*not reloaded.*a_part.*two cannot be read/);
    put('two', '2');
    assert.deepEqual([followed.poll(), followed.current(), followed.refused()], [true, '2+2', undefined]);
    assert.match(written[1] ?? '', /secrets reloaded/);
    rmSync(join(folder, 'two'));
    followed.poll();
    put('two', '2');
    assert.deepEqual(
      [followed.poll(), followed.refused()],
      [false, undefined],
      'what was refused is as before',
    );
  });

  it('rejects files that a listener rejects', () => {
    put('key', 'one');
    const followed = open(key);
    const taken: string[] = [];
    followed.onChange((value) => {
      if (value === 'bad') throw new Error('of no use');
      taken.push(value);
    });
    put('key', 'bad');
    assert.deepEqual([followed.poll(), followed.current()], [false, 'one']);
    assert.match(followed.refused() ?? '', /of no use/);
    put('key', 'better');
    assert.equal(followed.poll(), true);
    assert.deepEqual(taken, ['better']);
  });

  it('is as old as its newest file', () => {
    put('one', '1');
    put('two', '1');
    put('three', '1');
    for (const [file, at] of [
      ['one', 1000],
      ['two', 2000],
      ['three', 3000],
    ] as const)
      utimesSync(join(folder, file), at, at);
    assert.equal(open(pair).writtenAt(), 2_000_000);
  });
});
