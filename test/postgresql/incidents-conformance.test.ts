import assert from 'node:assert/strict';
import { it } from 'node:test';
import {
  CLAIM_MS,
  type ClaimedNotification,
  type IncidentLedger,
  type ObservedIncident,
} from '../../src/ledger/port.ts';
import type { Database } from '../../src/ledger/sql/database.ts';
import { describeLedgers } from './ledger-places.ts';

const HOLD_MS = 600_000;
const REMIND_MS = 6 * 3_600_000;
const WEEK_MS = 7 * 86_400_000;

function incident(name: string, more: Partial<ObservedIncident> = {}): ObservedIncident {
  return {
    name,
    isDue: true,
    since: 1_700_000_000_000,
    holdMs: HOLD_MS,
    report: { detail: name, nested: [1.5, 'ä'] },
    ...more,
  };
}

/** Returns a process whose every observation reports `observed`, for some receivers. */
function process(ledger: { readonly incidents: IncidentLedger }, ...receivers: readonly string[]) {
  const observe = (...observed: readonly ObservedIncident[]) =>
    ledger.incidents.observe(observed, { receivers, accepted: [], remindMs: REMIND_MS });
  const accept = (claims: readonly ClaimedNotification[]) =>
    ledger.incidents.accept(claims.map(({ id }) => id));
  return {
    observe,
    accept,
    /** Observes, and sends what is returned. */
    async notify(...observed: readonly ObservedIncident[]) {
      const claims = await observe(...observed);
      await accept(claims);
      return eventsOf(claims);
    },
  };
}

const eventsOf = (claims: readonly ClaimedNotification[]) =>
  claims.map(({ incident: name, receiver, event }) => `${receiver}: ${name} ${event}`).toSorted();

describeLedgers('the incidents', ({ place, open }) => {
  it('are notified once to each receiver by any of several processes, and once when the last one recovers', async () => {
    const one = process(open(), 'event', 'webhook');
    const two = process(open(), 'event', 'other');
    const fault = incident('catalog');
    assert.deepEqual(await one.notify(fault), ['event: catalog begun', 'webhook: catalog begun']);
    assert.deepEqual(await two.notify(fault), ['other: catalog begun']);
    assert.deepEqual([await one.notify(fault), await two.notify(fault)], [[], []]);
    assert.deepEqual(await one.notify(), [], 'the other process still observes it');
    assert.deepEqual(await two.notify(), ['event: catalog ended', 'other: catalog ended']);
    assert.deepEqual(await one.notify(), ['webhook: catalog ended']);
    assert.deepEqual([await one.notify(), await two.notify()], [[], []]);
    assert.deepEqual(await two.notify(fault), ['event: catalog begun', 'other: catalog begun']);
  });

  it('are notified once when processes observe at the same moment', async () => {
    const all = Array.from({ length: 4 }, () => process(open(), 'event'));
    const faults = ['a', 'b', 'c'].map((name) => incident(name));
    const begun = await Promise.all(all.map((one) => one.notify(...faults)));
    assert.deepEqual(begun.flat().toSorted(), ['event: a begun', 'event: b begun', 'event: c begun']);
    await Promise.all(all.map((one) => one.notify(...faults)));
    const ended = await Promise.all(all.map((one) => one.notify()));
    assert.deepEqual(ended.flat().toSorted(), ['event: a ended', 'event: b ended', 'event: c ended']);
  });

  it('carry what was reported at their beginning', async () => {
    const { observe, accept } = process(open(), 'event');
    const claims = await observe(incident('a'));
    const [{ id, ...claim } = {}] = claims;
    assert.ok(id);
    const { since, report } = incident('a');
    assert.deepEqual(claim, { incident: 'a', receiver: 'event', event: 'begun', since, report });
    await accept(claims);
    const later = process(open(), 'event');
    await place().advance(REMIND_MS + 1000);
    const [reminder] = await later.observe(incident('a', { since: since + 5000, report: { detail: 'now' } }));
    assert.deepEqual(
      [reminder?.event, reminder?.since, reminder?.report],
      ['lasting', since, { detail: 'now' }],
    );
  });

  it('are reported again after the time of reminders, by one process', async () => {
    const [one, two] = [process(open(), 'event'), process(open(), 'event')];
    const fault = incident('a', { holdMs: 10 * REMIND_MS });
    await one.notify(fault);
    await place().advance(REMIND_MS - 60_000);
    assert.deepEqual([await one.notify(fault), await two.notify(fault)], [[], []]);
    await place().advance(61_000);
    assert.deepEqual([await two.notify(fault), await one.notify(fault)], [['event: a lasting'], []]);
  });

  it('begin when they are due; before, they only keep an open incident open', async () => {
    const early = incident('a', { isDue: false });
    const one = process(open(), 'event');
    assert.deepEqual(await one.notify(early), []);
    await one.notify(incident('a'));
    const restarted = process(open(), 'event');
    assert.deepEqual(await restarted.notify(early), []);
    await place().advance(HOLD_MS + 1000);
    assert.deepEqual(await restarted.notify(early), []);
    assert.deepEqual(await restarted.notify(), ['event: a ended']);
  });

  it('of a process that died end when they were last observed long ago', async () => {
    const [dead, other] = [process(open(), 'event'), process(open(), 'event')];
    await dead.notify(incident('a'));
    await place().advance(HOLD_MS - 60_000);
    assert.deepEqual(await other.notify(), []);
    await place().advance(61_000);
    assert.deepEqual(await other.notify(), ['event: a ended']);
  });

  it('are sent by another process if the one that claimed the notification died', async () => {
    const [dead, one, two] = [open(), open(), open()].map((ledger) => process(ledger, 'event'));
    assert.ok(dead && one && two);
    assert.equal((await dead.observe(incident('a'))).length, 1);
    assert.deepEqual(await one.notify(incident('a')), []);
    await place().advance(CLAIM_MS + 1000);
    assert.deepEqual(await one.notify(incident('a')), ['event: a begun']);
    assert.deepEqual(await two.notify(incident('a')), []);
  });

  it('stay with the process that claimed them while it lives, and are returned to it again', async () => {
    const [one, two] = [process(open(), 'event'), process(open(), 'event')];
    const [first] = await one.observe(incident('a'));
    for (let n = 0; n < 3; n += 1) {
      await place().advance(CLAIM_MS - 5000);
      assert.deepEqual(await one.observe(incident('a')), [first]);
      assert.deepEqual(await two.observe(incident('a')), []);
    }
  });

  it('end only after another process has sent the beginning, and begin only after it has sent the end', async () => {
    const [one, two] = [process(open(), 'event'), process(open(), 'event')];
    const begun = await one.observe(incident('a'));
    await place().advance(1000);
    await two.notify(incident('a'));
    await one.observe();
    assert.deepEqual(await two.notify(), []);
    assert.deepEqual(eventsOf(begun), ['event: a begun']);
    const ended = await one.observe();
    assert.deepEqual(eventsOf(ended), ['event: a ended']);
    assert.deepEqual(await two.notify(incident('a')), []);
    await one.accept(ended);
    assert.deepEqual(await two.notify(incident('a')), ['event: a begun']);
  });

  it('whose statements succeeded without an answer are claimed once', async () => {
    const lost = { answers: true };
    const one = process(open({ db: (db) => answersLost(db, lost) }), 'event');
    const two = process(open(), 'event');
    await assert.rejects(one.notify(incident('a')), { code: 'ledger_unavailable' });
    assert.deepEqual(await two.notify(incident('a')), []);
    lost.answers = false;
    assert.deepEqual(await one.notify(incident('a')), ['event: a begun']);
    lost.answers = true;
    await assert.rejects(one.notify());
    lost.answers = false;
    assert.deepEqual(await two.notify(), ['event: a ended']);
    assert.deepEqual(await one.notify(), []);
  });

  it('of a receiver that no process has are forgotten after a week', async () => {
    const ledger = open();
    await process(ledger, 'former').notify(incident('a'));
    await place().advance(WEEK_MS + 60_000);
    await process(ledger, 'event').notify();
    await ledger.forgetSettled(60_000);
    assert.deepEqual(await process(ledger, 'former').notify(), []);
  });

  it('leave no row behind', async () => {
    const one = process(open(), 'event', 'webhook');
    await one.notify(incident('a'), incident('b'));
    await one.notify();
    const db = place().open();
    for (const table of ['ledger_incidents', 'ledger_sightings'])
      assert.deepEqual(await db.query({ text: `SELECT * FROM ${table}`, values: [] }), []);
    await db.close();
  });
});

/** A database whose transactions about incidents are executed although their answers are lost. */
function answersLost(db: Database, lost: { readonly answers: boolean }): Database {
  return {
    ...db,
    async transaction(statements) {
      const rows = await db.transaction(statements);
      if (lost.answers && statements.some(({ text }) => text.includes('ledger_sightings')))
        if (statements.every(({ text }) => !text.startsWith('CREATE'))) throw new Error('the answer is lost');
      return rows;
    },
  };
}
