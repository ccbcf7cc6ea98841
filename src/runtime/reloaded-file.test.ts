import assert from 'node:assert/strict';
import {
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import type { Log } from './log.ts';
import { openReloadedFile } from './reloaded-file.ts';

const numberIn = async (bytes: Buffer) => {
  const text = bytes.toString().trim();
  if (!/^\d+$/.test(text)) throw new Error(`1:1: "${text}" is no number`);
  return Number(text);
};

function scratch(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'reloaded-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const lines: string[] = [];
  const at = (level: string) => (event: string, fields?: object) =>
    void lines.push(`${level} ${event} ${JSON.stringify(fields)}`);
  const log: Log = { info: at('info'), warn: at('warn'), error: at('error') };
  const open = async (path: string) => {
    const file = await openReloadedFile(path, numberIn, log);
    t.after(() => file.close());
    return file;
  };
  return { folder, lines, open };
}

describe('a reloaded file', () => {
  it('has the current value; an invalid change is ignored and logged once', async (t) => {
    const { folder, lines, open } = scratch(t);
    const path = join(folder, 'file');
    writeFileSync(path, '1');
    const file = await open(path);
    writeFileSync(path, '22');
    assert.equal(file.current(), 1);
    await file.refresh();
    assert.deepEqual([file.current(), file.isBad()], [22, false]);
    writeFileSync(path, 'bad');
    for (let n = 0; n < 3; n += 1) await file.refresh();
    assert.deepEqual([file.current(), file.isBad()], [22, true]);
    rmSync(path);
    await file.refresh();
    assert.deepEqual([file.current(), file.isBad()], [22, true], 'one that is gone is bad too');
    writeFileSync(path, '4444');
    await file.refresh();
    assert.deepEqual([file.current(), file.isBad()], [4444, false]);
    assert.deepEqual(
      lines.map((line) => line.split(' ')[0]),
      ['info', 'error', 'error', 'info'],
    );
    assert.match(lines[1] ?? '', /not reloaded.*bad\\" is no number/);
  });

  it('is reloaded when Kubernetes swaps its symlink', async (t) => {
    const { folder, open } = scratch(t);
    for (const set of ['1', '2']) {
      mkdirSync(join(folder, set));
      writeFileSync(join(folder, set, 'file'), set);
    }
    symlinkSync('1', join(folder, '..data'));
    symlinkSync('..data/file', join(folder, 'file'));
    const file = await open(join(folder, 'file'));
    symlinkSync('2', join(folder, '..new'));
    renameSync(join(folder, '..new'), join(folder, '..data'));
    await file.refresh();
    assert.equal(file.current(), 2);
  });

  it('is polled every second', async (t) => {
    t.mock.timers.enable({ apis: ['setInterval'] });
    const { folder, open } = scratch(t);
    const path = join(folder, 'file');
    writeFileSync(path, '1');
    const file = await open(path);
    writeFileSync(path, '22');
    t.mock.timers.tick(1000);
    while (file.current() === 1) await new Promise(setImmediate);
    assert.equal(file.current(), 22);
  });

  it('is rejected at the start if it is invalid or missing', async (t) => {
    const { folder, open } = scratch(t);
    await assert.rejects(open(join(folder, 'none')), /^Error: it cannot be read \(ENOENT\)$/);
    writeFileSync(join(folder, 'bad'), 'x');
    await assert.rejects(open(join(folder, 'bad')), /1:1: "x" is no number/);
  });

  it('must be a regular file of at most 16 MiB, at the start and later', async (t) => {
    const { folder, open } = scratch(t);
    const [path, large] = [join(folder, 'file'), join(folder, 'large')];
    writeFileSync(large, '1');
    truncateSync(large, 16 * 1024 * 1024 + 1);
    await assert.rejects(open(large), /^Error: it has 16777217 bytes; the limit is 16777216 bytes$/);
    await assert.rejects(open('/dev/null'), /^Error: it is not a regular file$/);
    writeFileSync(path, '1');
    const file = await open(path);
    for (const bad of ['/dev/null', large]) {
      rmSync(path);
      symlinkSync(bad, path);
      await file.refresh();
      assert.deepEqual([file.current(), file.isBad()], [1, true]);
    }
  });
});
