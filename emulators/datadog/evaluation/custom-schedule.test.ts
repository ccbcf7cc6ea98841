import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { RawObject } from '../raw-json.ts';
import { readCustomSchedule } from './custom-schedule.ts';
import { evaluateMonitor } from './evaluate-monitor.ts';

const DAY = 86_400;
/** Monday 23 November 2026. */
const MONDAY = Date.UTC(2026, 10, 23) / 1000;

function scheduled(rrule: string, start: string | undefined, timezone = 'UTC'): RawObject {
  return { scheduling_options: { custom_schedule: { recurrences: [{ rrule, start, timezone }] } } };
}

function timesOf(options: RawObject, from: string, days: number): string[] {
  const schedule = readCustomSchedule(options);
  if (typeof schedule !== 'function') throw new Error(schedule);
  const fromS = Date.parse(from) / 1000;
  return schedule(fromS, fromS + days * DAY).map((time) => new Date(time * 1000).toISOString().slice(5, 16));
}

describe('the times of a custom schedule', () => {
  it('are seven in a week, also when the clocks change', () => {
    const daily = scheduled('FREQ=DAILY', '2026-01-05T09:00:30', 'Europe/Berlin');
    assert.deepEqual(timesOf(daily, '2026-10-22', 7), [
      '10-22T07:00',
      '10-23T07:00',
      '10-24T07:00',
      '10-25T08:00',
      '10-26T08:00',
      '10-27T08:00',
      '10-28T08:00',
    ]);
    assert.equal(timesOf(daily, '2026-03-26', 7).length, 7);
  });

  it('are those of BYHOUR and BYMINUTE, from the start on', () => {
    const options = scheduled('FREQ=WEEKLY;BYDAY=MO,WE;BYHOUR=8,20;BYMINUTE=15', '2026-11-23T09:00:00');
    assert.deepEqual(timesOf(options, '2026-11-16', 14), ['11-23T20:15', '11-25T08:15', '11-25T20:15']);
  });

  for (const [reason, options] of [
    ['the start is missing', scheduled('FREQ=DAILY', undefined)],
    ['a part is not supported', scheduled('FREQ=DAILY;COUNT=3', '2026-01-05T09:00:00')],
    ['the rule is invalid', scheduled('FREQ=NEVER', '2026-01-05T09:00:00')],
    ['the time zone is unknown', scheduled('FREQ=DAILY', '2026-01-05T09:00:00', 'Mars/Base')],
    ['it has notify_no_data', { ...scheduled('FREQ=DAILY', '2026-01-05T09:00:00'), notify_no_data: true }],
  ] as const)
    it(`are not known if ${reason}`, () => assert.equal(typeof readCustomSchedule(options), 'string'));
});

describe('an evaluation on a schedule', () => {
  /** Each day has one value at 08:58, or none. */
  const outcome = (values: readonly (number | undefined)[], given: RawObject) => {
    const points = values.flatMap((value, day): [number, number][] =>
      value === undefined ? [] : [[MONDAY + day * DAY + 9 * 3600 - 120, value]],
    );
    const options = { ...scheduled('FREQ=DAILY', '2026-01-05T09:00:00'), ...given };
    const monitor = { type: 'query alert', query: 'avg(last_5m):avg:a{*} > 80', message: '@a', options };
    const series = [{ metric: 'a', tags: [], points }];
    const found = evaluateMonitor(monitor, series, { from: MONDAY, to: MONDAY + values.length * DAY });
    if (typeof found === 'string') throw new Error(found);
    const line = ({ at, from, to }: { readonly at: number; readonly from: string; readonly to: string }) =>
      `${Math.floor((at - MONDAY) / DAY)} ${from} > ${to}`;
    return { transitions: found.transitions.map(line), notifications: found.notifications.map(line) };
  };

  it('notifies of each state but OK, independently of the one before', () => {
    const options = {
      on_missing_data: 'default',
      thresholds: { critical: 80, critical_recovery: 50 },
      renotify_interval: 10,
      require_full_window: true,
    };
    assert.deepEqual(outcome([90, 90, 70, undefined, 90], options), {
      transitions: ['0 None > Alert', '2 Alert > OK', '4 OK > Alert'],
      notifications: ['0 None > Alert', '1 None > Alert', '4 None > Alert'],
    });
  });

  it('notifies of No Data each time, if on_missing_data says so', () => {
    const days = [90, undefined, undefined];
    const notifying = outcome(days, { on_missing_data: 'show_and_notify_no_data', timeout_h: 1 });
    assert.deepEqual(notifying.notifications, ['0 None > Alert', '1 None > No Data', '2 None > No Data']);
    const showing = outcome(days, { on_missing_data: 'show_no_data' });
    assert.deepEqual(showing.notifications, ['0 None > Alert']);
  });
});
