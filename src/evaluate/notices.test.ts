import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonObject } from '../domain/json.ts';
import {
  noticesIn,
  regular,
  run,
  type RunOptions,
  simple,
  timeAt,
  transitionsIn,
} from '../../test/evaluation/evaluation-series.ts';
import type { Downtime } from './notices.ts';
import type { Series } from './window-values.ts';

const QUERY = 'avg(last_1m):avg:a{*} > 80';

/** One point a minute from 11:59 to 14:59 with 90 in the given ranges, and 1 otherwise. A range ends before its end. */
function alerting(...ranges: readonly (readonly [from: string, to: string])[]): Series {
  const values = Array.from({ length: 181 }, (_, at) => {
    const time = timeAt('11:59') + at * 60;
    return ranges.some(([from, to]) => timeAt(from) - 60 <= time && time < timeAt(to) - 60) ? 90 : 1;
  });
  return simple(regular('11:59', values));
}

const notices = (series: Series, options: JsonObject, more: RunOptions = {}, query = QUERY) =>
  noticesIn(run(query, series, { to: '14:00', options, ...more }));

describe('a renotification', () => {
  it('is sent at each interval while the state lasts', () => {
    assert.deepEqual(notices(alerting(['12:01', '13:32']), { renotify_interval: 30 }), [
      '12:01 alert',
      '12:31 alert renotification',
      '13:01 alert renotification',
      '13:31 alert renotification',
      '13:32 ok',
    ]);
  });

  it('is sent at most renotify_occurrences times', () => {
    const options = { renotify_interval: 30, renotify_occurrences: 2 };
    assert.deepEqual(notices(alerting(['12:01', '15:00']), options), [
      '12:01 alert',
      '12:31 alert renotification',
      '13:01 alert renotification',
    ]);
  });

  it('waits for the next evaluation', () => {
    const series = simple(
      regular(
        '00:00',
        Array.from({ length: 2400 }, (_, at) => (at >= 725 ? 90 : 1)),
      ),
    );
    const query = 'max(last_24h):avg:a{*}.rollup(avg,60) > 80';
    const settings = { from: '12:00', to: '13:00' };
    assert.deepEqual(notices(series, { renotify_interval: 15 }, settings, query), [
      '12:10 alert',
      '12:30 alert renotification',
      '12:50 alert renotification',
    ]);
  });

  it('is not sent in a state that is not among renotify_statuses, by default a warning', () => {
    const thresholds = { critical: 100, warning: 80 };
    const series = alerting(['12:01', '13:00']);
    assert.deepEqual(notices(series, { thresholds, renotify_interval: 30 }), ['12:01 warn', '13:00 ok']);
    const options = { thresholds, renotify_interval: 30, renotify_statuses: ['warn'] };
    assert.deepEqual(notices(series, options), ['12:01 warn', '12:31 warn renotification', '13:00 ok']);
  });

  it('starts its count again with each transition', () => {
    const options = { renotify_interval: 30, renotify_occurrences: 1 };
    assert.deepEqual(notices(alerting(['12:01', '12:40'], ['12:50', '13:59']), options), [
      '12:01 alert',
      '12:31 alert renotification',
      '12:40 ok',
      '12:50 alert',
      '13:20 alert renotification',
      '13:59 ok',
    ]);
  });

  it('is sent at an empty evaluation, but not in a No Data that nobody was notified of', () => {
    const gone = simple(regular('11:59', [90]));
    assert.deepEqual(notices(gone, { renotify_interval: 60 }), ['12:00 alert', '13:00 alert renotification']);
    assert.deepEqual(notices(gone, { renotify_interval: 60, on_missing_data: 'show_no_data' }), [
      '12:00 alert',
    ]);
    assert.deepEqual(notices(gone, { renotify_interval: 60, on_missing_data: 'show_and_notify_no_data' }), [
      '12:00 alert',
      '12:01 no_data',
      '13:01 no_data renotification',
    ]);
  });
});

describe('a downtime', () => {
  const downtime = (more: Partial<Downtime> = {}): Downtime => ({
    start: timeAt('12:10'),
    end: timeAt('13:00'),
    ...more,
  });
  const muted = (series: Series, more: Partial<Downtime> = {}, options: JsonObject = {}) =>
    notices(series, options, { downtimes: [downtime(more)] });

  it('that expires during an alert notifies of it, and canceling it does not', () => {
    const series = alerting(['12:20', '15:00']);
    assert.deepEqual(muted(series), ['13:00 alert downtime_end']);
    assert.deepEqual(muted(series, { isCanceled: true }), []);
  });

  it('that is canceled is followed by the renotification that is due', () => {
    const series = alerting(['12:20', '15:00']);
    assert.deepEqual(muted(series, { isCanceled: true }, { renotify_interval: 30 }), [
      '13:00 alert renotification',
      '13:30 alert renotification',
    ]);
  });

  it('that expires notifies of an alert from before it, which restarts the renotification', () => {
    const series = alerting(['12:05', '15:00']);
    assert.deepEqual(muted(series, {}, { renotify_interval: 30 }), [
      '12:05 alert',
      '13:00 alert downtime_end',
      '13:30 alert renotification',
    ]);
  });

  it('lets the first recovery of an earlier alert through, unless told otherwise', () => {
    const series = alerting(['12:05', '12:20'], ['12:30', '12:40']);
    assert.deepEqual(muted(series), ['12:05 alert', '12:20 ok']);
    assert.deepEqual(muted(series, { mutesFirstRecovery: true }), ['12:05 alert']);
  });

  it('does not let a recovery through of which nobody was notified', () => {
    const downtimes = [
      downtime({ end: timeAt('12:30'), isCanceled: true }),
      downtime({ start: timeAt('12:40'), isCanceled: true }),
    ];
    assert.deepEqual(notices(alerting(['12:20', '12:50']), {}, { downtimes }), []);
    assert.deepEqual(notices(alerting(['12:20', '12:35']), {}, { downtimes }), ['12:35 ok']);
  });

  it('mutes an alert and its recovery within it', () => {
    const series = alerting(['12:20', '12:30']);
    const evaluation = run(QUERY, series, { downtimes: [downtime()] });
    assert.deepEqual(noticesIn(evaluation), []);
    assert.deepEqual(transitionsIn(evaluation), ['12:20 alert', '12:30 ok']);
  });

  it('is active from its start until before its end', () => {
    assert.deepEqual(muted(alerting(['12:10', '12:11'])), []);
    assert.deepEqual(muted(alerting(['13:00', '13:05'])), ['13:00 alert', '13:05 ok']);
  });

  it('mutes only what it covers', () => {
    const covers = (group: string) => group !== '*';
    assert.deepEqual(muted(alerting(['12:20', '12:30']), { covers }), ['12:20 alert', '12:30 ok']);
  });

  it('that expires during another one is not notified, also when the other is canceled', () => {
    const downtimes = [
      downtime(),
      downtime({ start: timeAt('12:50'), end: timeAt('13:20'), isCanceled: true }),
    ];
    assert.deepEqual(notices(alerting(['12:20', '15:00']), {}, { downtimes }), []);
  });
});

describe('notify_by', () => {
  const query = 'avg(last_1m):avg:a{*} by {topic,part} > 80';
  /** t1/a alerts from 12:02 to 12:04, t1/b from 12:03 to 12:05, t2/c from 12:05 to 12:06. */
  const series = [
    new Map(
      (
        [
          ['topic:t1,part:a', 2, 4],
          ['topic:t1,part:b', 3, 5],
          ['topic:t2,part:c', 5, 6],
        ] as const
      ).map(([group, from, to]) => [
        group,
        regular(
          '11:50',
          Array.from({ length: 30 }, (_, at) => (at - 9 >= from && at - 9 < to ? 90 : 1)),
        ),
      ]),
    ),
  ];
  const at = (notifyBy: JsonObject) =>
    noticesIn(run(query, series, { from: '11:55', to: '12:15', options: notifyBy }));

  it('notifies of each group by default', () =>
    assert.deepEqual(at({}), [
      '12:02 topic:t1,part:a alert',
      '12:03 topic:t1,part:b alert',
      '12:04 topic:t1,part:a ok',
      '12:05 topic:t1,part:b ok',
      '12:05 topic:t2,part:c alert',
      '12:06 topic:t2,part:c ok',
    ]));

  it('one of the tags notifies of the most severe state of its groups', () =>
    assert.deepEqual(at({ notify_by: ['topic'] }), [
      '12:02 topic:t1 alert',
      '12:05 topic:t1 ok',
      '12:05 topic:t2 alert',
      '12:06 topic:t2 ok',
    ]));

  it('* notifies of the whole monitor', () => {
    assert.deepEqual(at({ notify_by: ['*'] }), ['12:02 alert', '12:06 ok']);
    assert.deepEqual(at({ groupby_simple_monitor: true }), ['12:02 alert', '12:06 ok']);
  });
});
