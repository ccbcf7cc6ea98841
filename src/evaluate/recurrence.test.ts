import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonObject } from '../domain/json.ts';
import {
  conditionOf,
  noticesIn,
  points,
  regular,
  run,
  simple,
  transitionsIn,
} from '../../test/evaluation/evaluation-series.ts';
import { readMonitor } from './read-monitor.ts';
import { lastRecurrence, readRecurrence, recurrencesBetween } from './recurrence.ts';

function scheduled(rrule: string, start = '2026-01-05T09:00:00', timezone?: string): JsonObject {
  const recurrence = { rrule, start, ...(timezone === undefined ? {} : { timezone }) };
  return { scheduling_options: { custom_schedule: { recurrences: [recurrence] } } };
}

function recurrenceOf(options: JsonObject) {
  const read = readRecurrence(options);
  if (read?.kind !== 'recurrence') throw new Error(JSON.stringify(read));
  return read;
}

/** Returns the times of a schedule between two days, in UTC without seconds. */
function timesOf(options: JsonObject, from: string, to: string): string[] {
  const [fromS, toS] = [Date.parse(from) / 1000, Date.parse(to) / 1000];
  return recurrencesBetween(recurrenceOf(options), fromS, toS).map((time) =>
    new Date(time * 1000).toISOString().slice(0, 16),
  );
}

describe('a custom schedule', () => {
  for (const [rrule, expected] of [
    ['FREQ=DAILY', ['2026-11-02T09:00', '2026-11-03T09:00', '2026-11-04T09:00']],
    ['RRULE:FREQ=DAILY;INTERVAL=2', ['2026-11-03T09:00']],
    ['FREQ=DAILY;BYDAY=TU;BYHOUR=6,18;BYMINUTE=30', ['2026-11-03T06:30', '2026-11-03T18:30']],
    ['FREQ=DAILY;BYMONTH=12', []],
    ['FREQ=WEEKLY', ['2026-11-02T09:00']],
    ['FREQ=WEEKLY;INTERVAL=2', []],
    ['FREQ=WEEKLY;BYDAY=MO,WE', ['2026-11-02T09:00', '2026-11-04T09:00']],
    ['FREQ=MONTHLY;BYMONTHDAY=3,-27', ['2026-11-03T09:00', '2026-11-04T09:00']],
    ['FREQ=MONTHLY;BYDAY=1MO', ['2026-11-02T09:00']],
    ['FREQ=MONTHLY;BYDAY=-4WE', ['2026-11-04T09:00']],
    ['FREQ=MONTHLY;BYDAY=2MO', []],
    ['FREQ=MONTHLY', []],
    ['FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=2', []],
    ['FREQ=MONTHLY;INTERVAL=5;BYMONTHDAY=2', ['2026-11-02T09:00']],
    ['FREQ=YEARLY;BYMONTH=11;BYMONTHDAY=2', ['2026-11-02T09:00']],
    ['FREQ=YEARLY', []],
  ] as const)
    it(`of ${rrule} from 2 to 4 November 2026 has ${expected.length} times`, () =>
      assert.deepEqual(timesOf(scheduled(rrule), '2026-11-02', '2026-11-05'), expected));

  it('of a date in each year, and of a day that months may lack', () => {
    const yearly = scheduled('FREQ=YEARLY', '2024-02-29T09:00:00');
    assert.deepEqual(timesOf(yearly, '2024-01-01', '2029-01-01'), ['2024-02-29T09:00', '2028-02-29T09:00']);
    const monthly = scheduled('FREQ=MONTHLY', '2026-01-31T09:00:00');
    assert.deepEqual(timesOf(monthly, '2026-02-01', '2026-06-01'), ['2026-03-31T09:00', '2026-05-31T09:00']);
  });

  it('counts weeks from Monday', () => {
    const options = scheduled('FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU', '2026-11-08T09:00:00');
    const expected = ['2026-11-08T09:00', '2026-11-16T09:00', '2026-11-22T09:00'];
    assert.deepEqual(timesOf(options, '2026-11-01', '2026-11-29'), expected);
  });

  it('starts with its start, whose seconds are left out', () => {
    const options = scheduled('FREQ=DAILY;BYHOUR=8,10', '2026-11-03T09:15:50');
    assert.deepEqual(timesOf(options, '2026-11-02', '2026-11-04T10:15'), [
      '2026-11-03T10:15',
      '2026-11-04T08:15',
    ]);
  });

  for (const [from, to, hours] of [
    ['2026-03-26', '2026-04-02', [8, 8, 8, 7, 7, 7, 7]],
    ['2026-10-22', '2026-10-29', [7, 7, 7, 8, 8, 8, 8]],
  ] as const)
    it(`at 09:00 in Berlin has 7 times in the week from ${from}, in which the clocks change`, () => {
      const times = timesOf(scheduled('FREQ=DAILY', undefined, 'Europe/Berlin'), from, to);
      assert.deepEqual(
        times.map((time) => Number(time.slice(11, 13))),
        hours,
      );
    });

  it('at a skipped time has the moment of the change, at a repeated time the first', () => {
    const daily = (start: string) => scheduled('FREQ=DAILY;BYMINUTE=15,30', start, 'Europe/Berlin');
    const start = '2026-01-05T02:30:00';
    assert.deepEqual(timesOf(daily(start), '2026-03-29', '2026-03-30'), ['2026-03-29T01:00']);
    assert.deepEqual(timesOf(daily(start), '2026-10-25', '2026-10-26'), [
      '2026-10-25T00:15',
      '2026-10-25T00:30',
    ]);
  });

  it('has a last time before a time, years ago too', () => {
    const last = (rrule: string, start: string) =>
      lastRecurrence(recurrenceOf(scheduled(rrule, start)), Date.UTC(2026, 10, 2, 9) / 1000);
    assert.equal(last('FREQ=DAILY', '2026-01-05T09:00:00'), Date.UTC(2026, 10, 1, 9) / 1000);
    assert.equal(last('FREQ=YEARLY', '2024-02-29T09:00:00'), Date.UTC(2024, 1, 29, 9) / 1000);
    assert.equal(last('FREQ=DAILY', '2026-11-02T09:00:00'), undefined);
  });
});

describe('a schedule that is not reproduced', () => {
  for (const [rrule, reason] of [
    ['FREQ=HOURLY', /the frequency "HOURLY"/],
    ['FREQ=DAILY;COUNT=3', /with COUNT/],
    ['FREQ=DAILY;UNTIL=20270101T000000Z', /with UNTIL/],
    ['FREQ=MONTHLY;BYDAY=MO;BYSETPOS=1', /with BYSETPOS/],
    ['FREQ=YEARLY;BYDAY=1MO', /Numbered days/],
    ['FREQ=DAILY;BYHOUR=24', /not a valid rule/],
    ['FREQ=DAILY;INTERVAL=0', /not a valid rule/],
    ['FREQ=WEEKLY;BYMONTHDAY=1', /not a valid rule/],
    ['FREQ=MONTHLY;BYMONTHDAY=0', /not a valid rule/],
    ['FREQ=DAILY;BYDAY=XX', /not a valid rule/],
    ['FREQ=DAILY;BYHOUR=1,2,3,4,5;BYMINUTE=1,2,3,4,5', /more than 24 times a day/],
  ] as const)
    it(`is refused: ${rrule}`, () => {
      const read = readRecurrence(scheduled(rrule));
      assert.equal(read?.kind === 'refused' && read.code, 'custom_schedule');
      assert.match(read?.kind === 'refused' ? read.message : '', reason);
    });

  for (const [name, type, query, options] of [
    ['a composite', 'composite', '1 && 2', scheduled('FREQ=DAILY')],
    ['notify_no_data', 'query alert', queryBy(), { notify_no_data: true, ...scheduled('FREQ=DAILY') }],
    ['a schedule without start', 'query alert', queryBy(), scheduled('FREQ=DAILY', '')],
    ['an unknown time zone', 'query alert', queryBy(), scheduled('FREQ=DAILY', undefined, 'Mars/Base')],
  ] as const)
    it(`is refused: ${name}`, () => {
      const read = readMonitor({ type, query, options });
      assert.equal(read.kind === 'refused' && read.code, 'custom_schedule');
    });
});

function queryBy(by = ''): string {
  return `avg(last_5m):avg:a{*}${by} > 80`;
}

/** Monday 2 November 2026 is day 0. Each day has the given value from 08:00 to 10:00, unless that is undefined. */
function days(...values: readonly (number | undefined)[]) {
  return regular(
    '00:00',
    values.flatMap((value) =>
      Array.from({ length: 1440 }, (_, at) => (at >= 480 && at < 600 ? value : undefined)),
    ),
  );
}

const DAILY = { ...scheduled('FREQ=DAILY'), on_missing_data: 'default' };
const SPAN = { from: '00:00', to: '+5 00:00' };

describe('an evaluation on a schedule', () => {
  it('notifies of each state but OK, and of no recovery', () => {
    const options = { ...DAILY, renotify_interval: 10, thresholds: { critical: 80, warning: 60 } };
    const evaluation = run(queryBy(), simple(days(90, 90, 1, 70, 90)), { ...SPAN, options });
    assert.equal(evaluation.times.length, 5);
    assert.deepEqual(transitionsIn(evaluation), [
      '09:00 alert',
      '+2 09:00 ok',
      '+3 09:00 warn',
      '+4 09:00 alert',
    ]);
    assert.deepEqual(noticesIn(evaluation), [
      '09:00 alert',
      '+1 09:00 alert',
      '+3 09:00 warn',
      '+4 09:00 alert',
    ]);
    assert.deepEqual(new Set(evaluation.notifications.map(({ from }) => from)), new Set(['none']));
  });

  it('ignores recovery thresholds and full windows', () => {
    const options = {
      ...DAILY,
      require_full_window: true,
      thresholds: { critical: 80, critical_recovery: 50 },
    };
    const evaluation = run(queryBy(), simple(days(90, 70)), { ...SPAN, to: '+2 00:00', options });
    assert.deepEqual(transitionsIn(evaluation), ['09:00 alert', '+1 09:00 ok']);
    const sparse = run(queryBy(), simple(points(['08:59', 90])), { ...SPAN, to: '10:00', options });
    assert.deepEqual(noticesIn(sparse), ['09:00 alert']);
  });

  for (const [mode, expected] of [
    ['default', ['09:00 alert', '+1 09:00 alert', '+2 09:00 alert']],
    ['show_no_data', ['09:00 alert']],
    ['show_and_notify_no_data', ['09:00 alert', '+1 09:00 no_data', '+2 09:00 no_data']],
    ['resolve', ['09:00 alert']],
  ] as const)
    it(`without data notifies with on_missing_data ${mode}: ${expected.length} times`, () => {
      const options = { ...DAILY, on_missing_data: mode, timeout_h: 1 };
      const evaluation = run(queryBy(), simple(days(90, undefined, undefined)), {
        ...SPAN,
        to: '+3 00:00',
        options,
      });
      assert.deepEqual(noticesIn(evaluation), expected);
    });

  it('does not wait for new groups, and removes those without data after 24 hours', () => {
    const query = queryBy(' by {host}');
    const options = { ...DAILY, new_group_delay: 600 };
    const series = [new Map([['host:a', days(90, undefined, undefined)]])];
    const evaluation = run(query, series, { ...SPAN, to: '+3 00:00', options });
    assert.deepEqual(noticesIn(evaluation), ['09:00 host:a alert', '+1 09:00 host:a alert']);
  });

  it('is silent in a downtime, also at its end', () => {
    const start = Date.UTC(2026, 10, 2, 8) / 1000;
    const downtimes = [{ start, end: start + 86_400 }];
    const evaluation = run(queryBy(), simple(days(90, 90)), {
      ...SPAN,
      to: '+2 00:00',
      options: DAILY,
      downtimes,
    });
    assert.deepEqual(noticesIn(evaluation), ['+1 09:00 alert']);
  });

  it('is decided by the lead-in without being reported', () => {
    const settings = { from: '+1 00:00', to: '+2 00:00', leadInS: 86_400, options: DAILY };
    const evaluation = run(queryBy(), simple(days(90, 90)), settings);
    assert.deepEqual([evaluation.times.length, evaluation.firstReported], [2, 1]);
    assert.deepEqual(transitionsIn(evaluation), []);
    assert.deepEqual(noticesIn(evaluation), ['+1 09:00 alert']);
  });

  it('requires points that are as fine as its times', () => {
    const pointsOf = (options: JsonObject) =>
      conditionOf('avg(last_1d):avg:a{*} > 1', options).queries.map(({ stepS, pointS }) => [stepS, pointS]);
    assert.deepEqual(pointsOf(DAILY), [[3600, 3600]]);
    assert.deepEqual(pointsOf(scheduled('FREQ=DAILY;BYMINUTE=7')), [[3600, 60]]);
    assert.deepEqual(pointsOf(scheduled('FREQ=DAILY', undefined, 'Asia/Kolkata')), [[3600, 60]]);
  });
});
