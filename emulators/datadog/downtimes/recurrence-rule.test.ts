import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DatadogError } from '../datadog-error.ts';
import { readRule, timesOf } from './recurrence-rule.ts';

/** A Monday. */
const FIRST = Date.parse('2026-01-05T08:00:00Z');

function times(rule: string, count: number, zone = 'UTC'): string[] {
  const found = timesOf(readRule(rule, zone), FIRST).take(count);
  return [...found].map((at) => new Date(at).toISOString().slice(5, 16));
}

describe('the times of a recurrence rule', () => {
  const rules: readonly [rule: string, first: string][] = [
    ['FREQ=DAILY', '01-05T08:00 01-06T08:00 01-07T08:00'],
    ['FREQ=DAILY;INTERVAL=3', '01-05T08:00 01-08T08:00 01-11T08:00'],
    ['FREQ=DAILY;BYDAY=SA,SU', '01-10T08:00 01-11T08:00 01-17T08:00'],
    ['FREQ=DAILY;BYMONTH=3', '03-01T08:00 03-02T08:00 03-03T08:00'],
    ['FREQ=WEEKLY', '01-05T08:00 01-12T08:00 01-19T08:00'],
    ['FREQ=WEEKLY;BYDAY=WE,MO', '01-05T08:00 01-07T08:00 01-12T08:00'],
    ['FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,TU', '01-06T08:00 01-11T08:00 01-20T08:00'],
    ['FREQ=MONTHLY', '01-05T08:00 02-05T08:00 03-05T08:00'],
    ['FREQ=MONTHLY;BYMONTHDAY=31', '01-31T08:00 03-31T08:00 05-31T08:00'],
    ['FREQ=MONTHLY;BYMONTHDAY=-1', '01-31T08:00 02-28T08:00 03-31T08:00'],
    ['FREQ=MONTHLY;BYDAY=2TU', '01-13T08:00 02-10T08:00 03-10T08:00'],
    ['FREQ=MONTHLY;BYDAY=-1FR', '01-30T08:00 02-27T08:00 03-27T08:00'],
    ['FREQ=MONTHLY;BYSETPOS=3;BYDAY=WE', '01-21T08:00 02-18T08:00 03-18T08:00'],
    ['FREQ=MONTHLY;BYSETPOS=-1;BYDAY=MO,TU,WE,TH,FR', '01-30T08:00 02-27T08:00 03-31T08:00'],
    ['FREQ=MONTHLY;INTERVAL=5', '01-05T08:00 06-05T08:00 11-05T08:00'],
    ['FREQ=YEARLY', '01-05T08:00 01-05T08:00 01-05T08:00'],
    ['FREQ=YEARLY;BYMONTH=6,7', '06-05T08:00 07-05T08:00 06-05T08:00'],
    ['FREQ=YEARLY;BYDAY=20MO', '05-18T08:00 05-17T08:00 05-15T08:00'],
    ['FREQ=YEARLY;BYDAY=-1SU', '12-27T08:00 12-26T08:00 12-31T08:00'],
    ['FREQ=YEARLY;BYMONTH=11;BYDAY=4TH', '11-26T08:00 11-25T08:00 11-23T08:00'],
    ['FREQ=HOURLY;INTERVAL=10', '01-05T08:00 01-05T18:00 01-06T04:00'],
    ['freq=minutely;interval=30', '01-05T08:00 01-05T08:30 01-05T09:00'],
    ['FREQ=DAILY;COUNT=2', '01-05T08:00 01-06T08:00'],
    ['FREQ=WEEKLY;BYDAY=TU;COUNT=1', '01-06T08:00'],
    ['FREQ=DAILY;UNTIL=20260106T080000Z', '01-05T08:00 01-06T08:00'],
    ['FREQ=DAILY;UNTIL=20260106', '01-05T08:00'],
    ['FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30', ''],
  ];
  for (const [rule, first] of rules) it(rule, () => assert.equal(times(rule, 3).join(' '), first));

  it('end at a time in UTC or in local time', () => {
    // The zone is ten hours ahead: 22:00 in UTC is 08:00 on the next day.
    assert.equal(times('FREQ=DAILY;UNTIL=20260105T220000Z', 9, 'Australia/Brisbane').length, 2);
    assert.equal(times('FREQ=DAILY;UNTIL=20260105T220000', 9, 'Australia/Brisbane').length, 1);
  });

  const unreadable = [
    '',
    'FREQ=NEVER',
    'INTERVAL=1',
    'FREQ=DAILY;INTERVAL=0',
    'FREQ=DAILY;COUNT=x',
    'FREQ=DAILY;UNTIL=soon',
    'FREQ=WEEKLY;BYDAY=XX',
    'FREQ=MONTHLY;BYSETPOS=a',
    'DTSTART:20260101T000000Z;FREQ=DAILY',
    'FREQ=DAILY;DURATION=PT1H',
  ];
  for (const rule of unreadable) {
    it(`are rejected for an invalid rule: ${rule || 'empty'}`, () => {
      assert.throws(
        () => readRule(rule, 'UTC'),
        (error) => error instanceof DatadogError && error.status === 400,
      );
    });
  }
});
