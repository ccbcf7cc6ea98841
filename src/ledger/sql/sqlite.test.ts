import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, describe, it } from 'node:test';
import { systemClock } from '../../runtime/system-clock.ts';
import { openSqlite } from './sqlite.ts';

describe('statements that a SQLite file gets at once', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sqlite-'));
  const db = openSqlite(join(folder, 'ledger.sqlite'), { clock: systemClock });
  after(async () => {
    await db.close();
    rmSync(folder, { recursive: true });
  });
  const execute = (text: string, ...values: (string | number)[]) => db.query({ text, values });

  it('each return their own rows, in order', async () => {
    await execute('CREATE TABLE things (name TEXT PRIMARY KEY, size INTEGER)');
    const insert = 'INSERT INTO things VALUES ($1, $2) RETURNING name';
    const rows = await Promise.all([
      execute(insert, 'a', 1),
      execute(insert, 'b', 2),
      execute('SELECT sum(size) AS sum FROM things'),
      execute('DELETE FROM things WHERE size > $1 RETURNING name', 1),
    ]);
    assert.deepEqual(
      rows.map((some) => some.map((row) => Object.values(row))),
      [[['a']], [['b']], [[3]], [['b']]],
    );
  });

  it('fail alone', async () => {
    const insert = 'INSERT INTO things VALUES ($1, 0)';
    const results = await Promise.allSettled(['c', 'a', 'd'].map((name) => execute(insert, name)));
    assert.deepEqual(
      results.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled'],
    );
    const names = await execute('SELECT name FROM things ORDER BY name');
    assert.deepEqual(
      names.map(({ name }) => name),
      ['a', 'c', 'd'],
    );
  });

  it('wait once while another process writes, and reads do not wait', async () => {
    const file = join(folder, 'blocked');
    let waitedMs = 0;
    const sleep = async (ms: number) => void (waitedMs += ms);
    const blocked = openSqlite(file, { clock: { ...systemClock, sleep } });
    await blocked.query({ text: 'CREATE TABLE numbers (n INTEGER)', values: [] });
    const other = new DatabaseSync(file);
    other.exec('BEGIN IMMEDIATE');
    const insert = { text: 'INSERT INTO numbers VALUES (1)', values: [] };
    const writes = Promise.allSettled([blocked.query(insert), blocked.query(insert)]);
    const read = await blocked.query({ text: 'SELECT count(*) AS count FROM numbers', values: [] });
    assert.equal(Number(read[0]?.['count']), 0);
    assert.ok(waitedMs < 1000, `${waitedMs} ms before the read`);
    assert.deepEqual(
      (await writes).map(({ status }) => status),
      ['rejected', 'rejected'],
    );
    assert.equal(waitedMs, 2 * 5000, 'each waits 5 s alone');
    other.close();
    await blocked.close();
  });

  it('are committed together', async () => {
    const written = async (name: string, insertAll: (insert: (n: number) => Promise<unknown>) => unknown) => {
      const file = join(folder, name);
      const other = openSqlite(file, { clock: systemClock });
      await other.query({ text: 'CREATE TABLE numbers (n INTEGER)', values: [] });
      const before = statSync(`${file}-wal`).size;
      await insertAll((n) => other.query({ text: 'INSERT INTO numbers VALUES ($1)', values: [n] }));
      const bytes = statSync(`${file}-wal`).size - before;
      await other.close();
      return bytes;
    };
    const numbers = Array.from({ length: 20 }, (_, n) => n);
    const alone = await written('alone', async (insert) => {
      for (const n of numbers) await insert(n);
    });
    const together = await written('together', (insert) => Promise.all(numbers.map(insert)));
    assert.ok(together > 0 && together * 10 < alone, `${together} and ${alone} bytes of the log`);
  });
});
