import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { createTestClient, jsonBody } from '../test-client.ts';

const PATH = '/api/v1/downtime';
const HOUR = 3600;
/** A Thursday. */
const START = Date.parse('2026-05-14T12:00:00Z') / 1000;

let datadog: ReturnType<typeof createTestClient>;
beforeEach(() => {
  datadog = createTestClient();
});
const create = (recurrence: object, members: object = {}) =>
  jsonBody(
    datadog.send('POST', PATH, { scope: 'a:b', start: START, end: START + HOUR, recurrence, ...members }),
  );
const read = (id: number) => jsonBody(datadog.send('GET', `${PATH}/${id}`));
const moveTo = (time: string) => {
  datadog.clock.now = Date.parse(time);
};
/** Returns the start of a downtime's successor, or null. */
function startAfter(id: number): string | null {
  const { child_id } = read(id);
  return child_id === null ? null : new Date(read(child_id).start * 1000).toISOString().slice(0, 16);
}

describe('a recurring v1 downtime', () => {
  it('gets a child of the same duration at the same local time once it is over', () => {
    const { id, uuid } = create({ type: 'days', period: 1 }, { message: 'm' });
    assert.deepEqual([read(id).status, read(id).child_id], ['scheduled', null]);
    moveTo('2026-05-14T12:30:00Z');
    assert.deepEqual([read(id).status, read(id).child_id], ['active', null]);
    moveTo('2026-05-14T13:00:00Z');
    const parent = read(id);
    assert.deepEqual([parent.status, parent.start, parent.modified], ['ended', START, START + HOUR]);
    const child = read(parent.child_id);
    assert.deepEqual(
      [child.parent_id, child.child_id, child.start, child.end, child.created, child.message],
      [id, null, START + 24 * HOUR, START + 25 * HOUR, START + HOUR, 'm'],
    );
    assert.deepEqual([child.status, child.recurrence], ['scheduled', parent.recurrence]);
    assert.notEqual(child.uuid, uuid);
    assert.equal(read(id).child_id, child.id);
  });

  it('is listed with its child', () => {
    const { id } = create({ type: 'days', period: 1 });
    moveTo('2026-05-14T13:00:00Z');
    const listed = jsonBody(datadog.send('GET', PATH)).map(
      (one: { id: number; status: string }) => one.status,
    );
    assert.deepEqual(listed, ['ended', 'scheduled']);
    assert.equal(read(id).status, 'ended');
  });

  const rules: readonly [what: string, recurrence: object, now: string, next: string | null][] = [
    ['every third day', { type: 'days', period: 3 }, '2026-05-14T13:00', '2026-05-17T12:00'],
    ['each week', { type: 'weeks', period: 1 }, '2026-05-14T13:00', '2026-05-21T12:00'],
    [
      'on days of the week',
      { type: 'weeks', period: 1, week_days: ['Mon', 'Thu'] },
      '2026-05-14T13:00',
      '2026-05-18T12:00',
    ],
    ['each month', { type: 'months', period: 1 }, '2026-05-14T13:00', '2026-06-14T12:00'],
    ['each year', { type: 'years', period: 1 }, '2026-05-14T13:00', '2027-05-14T12:00'],
    [
      'by a rule',
      { type: 'rrule', rrule: 'FREQ=MONTHLY;BYSETPOS=3;BYDAY=WE' },
      '2026-05-14T13:00',
      '2026-05-20T12:00',
    ],
    [
      'up to a date',
      { type: 'days', period: 1, until_date: START + 24 * HOUR },
      '2026-05-14T13:00',
      '2026-05-15T12:00',
    ],
    [
      'up to a date before the next occurrence',
      { type: 'days', period: 1, until_date: START + 23 * HOUR },
      '2026-05-14T13:00',
      null,
    ],
    [
      'as the current occurrence, after a time without requests',
      { type: 'days', period: 1 },
      '2026-05-20T12:10',
      '2026-05-20T12:00',
    ],
  ];
  for (const [what, recurrence, now, next] of rules) {
    it(`recurs ${what}`, () => {
      const { id } = create(recurrence);
      moveTo(`${now}:00Z`);
      assert.equal(startAfter(id), next);
    });
  }

  it('recurs as often as until_occurrences says', () => {
    const { id } = create({ type: 'days', period: 1, until_occurrences: 2 });
    moveTo('2026-05-14T13:00:00Z');
    const second = read(id).child_id;
    moveTo('2026-05-15T13:00:00Z');
    const third = read(second).child_id;
    moveTo('2026-05-16T13:00:00Z');
    assert.deepEqual([read(third).status, read(third).child_id], ['ended', null]);
  });

  it('keeps its local time when clocks change', () => {
    const start = Date.parse('2026-10-24T12:00:00Z') / 1000;
    const { id } = create(
      { type: 'days', period: 1 },
      { start, end: start + HOUR, timezone: 'Europe/Paris' },
    );
    moveTo('2026-10-24T13:00:00Z');
    assert.equal(startAfter(id), '2026-10-25T13:00');
  });

  it('stops recurring once it is cancelled, and lasts forever without an end', () => {
    const cancelled = create({ type: 'days', period: 1 }).id;
    datadog.send('DELETE', `${PATH}/${cancelled}`);
    const endless = create({ type: 'days', period: 1 }, { end: null }).id;
    moveTo('2026-06-14T13:00:00Z');
    assert.deepEqual([startAfter(cancelled), startAfter(endless)], [null, null]);
    assert.equal(read(endless).status, 'active');
  });

  it('has only type and rule in a recurrence by rule', () => {
    const rule = { type: 'rrule', rrule: 'FREQ=DAILY' };
    assert.deepEqual(create(rule).recurrence, rule);
  });
});
