import assert from 'node:assert/strict';
import { it } from 'node:test';
import { systemClock } from '../../runtime/system-clock.ts';
import { Incidents } from './incidents.ts';
import { migrate } from './migrations.ts';
import { createSqlLedger } from './sql-ledger.ts';
import { openSqlite } from './sqlite.ts';

const OPTIONS = { receivers: ['event'], accepted: [], remindMs: 3_600_000 };
const INCIDENT = { name: 'a', isDue: true, since: 1, holdMs: 60_000, report: { detail: 'd' } };

it('after a restart of the clock, an incident stays open for a time, and no claim or reminder is stuck', async () => {
  const machine = { uptimeMs: 1e9 };
  const clock = { ...systemClock, monotonic: () => machine.uptimeMs };
  const db = openSqlite(':memory:', { clock });
  const start = (clockRun: string) =>
    createSqlLedger(() => db, { database: 'SQLite', clock: systemClock, exclusive: true, clockRun })
      .incidents;
  const [begun] = await start('first boot').observe([INCIDENT], OPTIONS);
  assert.equal(begun?.event, 'begun');
  machine.uptimeMs = 100_000;
  const restarted = start('second boot');
  assert.deepEqual(await restarted.observe([], OPTIONS), [begun], 'it was not sent');
  await restarted.accept([begun.id]);
  machine.uptimeMs += OPTIONS.remindMs;
  const [ended] = await restarted.observe([], OPTIONS);
  assert.equal(ended?.event, 'ended');
  await restarted.accept([ended.id]);
  const [again] = await restarted.observe([INCIDENT], OPTIONS);
  assert.equal(again?.event, 'begun');
  await restarted.accept([again.id]);
  machine.uptimeMs = 5000;
  const third = start('third boot');
  assert.deepEqual(await third.observe([INCIDENT], OPTIONS), []);
  machine.uptimeMs += OPTIONS.remindMs;
  const [reminder] = await third.observe([INCIDENT], OPTIONS);
  assert.equal(reminder?.event, 'lasting');
  await db.close();
});

it('without an incident, an observation is one query', async () => {
  const db = openSqlite(':memory:', { clock: systemClock });
  await migrate(db);
  const texts: string[] = [];
  const query: typeof db.query = (statement) => (texts.push(statement.text), db.query(statement));
  const transaction = () => assert.fail('no transaction');
  const incidents = new Incidents({ ...db, query, transaction });
  assert.deepEqual(await incidents.observe([], OPTIONS), []);
  assert.equal(texts.length, 1);
  await db.close();
});
