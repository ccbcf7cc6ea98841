import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { JsonObject } from '../../domain/json.ts';
import { lintMonitor } from './lint-monitor.ts';
import { OPTION_TYPES } from './monitor-options.ts';

const SIMPLE = { type: 'query alert', query: 'avg(last_5m):avg:a{*} > 2' };
const GROUPED = { type: 'query alert', query: 'avg(last_5m):avg:a{*} by {host,env} > 2' };
const LOGS = 'logs("a").index("*").rollup("count")';
const LOG = { type: 'log alert', query: `${LOGS}.last("5m") > 2` };
const GROUPED_LOG = { type: 'log alert', query: `${LOGS}.by("host, @user").last("5m") > 2` };
const FORMULA = { type: 'log alert', query: 'formula("q").last("5m") > 2' };
const JOBS = {
  type: 'data-jobs alert',
  query: 'formula("failed_runs(run_query)").by(job_name).last(10d) > 0',
};
const CHECK = { type: 'service check', query: '"a".over("*").by("host").last(2).count_by_status()' };
const COMPOSITE = { type: 'composite', query: '1 && !2' };
const METRIC = { name: 'q', data_source: 'metrics' };
const RUNS = {
  name: 'run_query',
  jobs_query: 'job_name:*',
  job_type: 'databricks.job',
  query_dialect: 'metric',
};
const SEARCH = { name: 'q', data_source: 'logs', search: { query: '*' }, compute: { aggregation: 'count' } };
const daily = { rrule: 'FREQ=DAILY;INTERVAL=1', start: '2026-01-05T09:00:00', timezone: 'Europe/Berlin' };

/** A monitor, its options, and the expected findings: a code and a path within the options. */
type Case = readonly [monitor: JsonObject, options: JsonObject, reported: readonly string[]];

const custom = (recurrence: JsonObject, more: JsonObject = {}) => ({
  on_missing_data: 'default',
  scheduling_options: { custom_schedule: { recurrences: [recurrence] } },
  ...more,
});
const RULE = 'scheduling_options/custom_schedule/recurrences/0';

const CURRENT_LOG: JsonObject = {
  type: 'log alert',
  query: 'logs("a").index("*").rollup("count").current("1d") > 2',
};
const WINDOW = 'scheduling_options/evaluation_window';
const window = (starts: JsonObject) => ({ scheduling_options: { evaluation_window: starts } });
const overWindow = (length: string) => ({ type: 'query alert', query: `avg(${length}):avg:a{*} > 2` });

const CASES: readonly Case[] = [
  // Names.
  [SIMPLE, { notify_nodata: true }, ['unknown_option notify_nodata']],
  [SIMPLE, { colour: 'red' }, ['unknown_option colour']],
  [SIMPLE, { critical: 2 }, ['unknown_option critical']],
  [SIMPLE, { silenced: {}, avalanche_window: 10, queryConfig: {}, locked: false }, []],
  // Values.
  [SIMPLE, { renotify_interval: '0', timeout_h: '24', evaluation_delay: 86_400 }, []],
  [SIMPLE, { timeout_h: 24.5 }, ['invalid_option timeout_h']],
  [SIMPLE, { timeout_h: -1 }, ['invalid_option timeout_h']],
  [SIMPLE, { evaluation_delay: 86_401 }, ['invalid_option evaluation_delay']],
  [SIMPLE, { evaluation_delay: '15m' }, ['invalid_option evaluation_delay']],
  [SIMPLE, { evaluation_delay: null, threshold_windows: null, timeout_h: '' }, []],
  [SIMPLE, { notify_audit: 'yes' }, ['invalid_option notify_audit']],
  [SIMPLE, { notify_audit: 'false', include_tags: true }, []],
  [SIMPLE, { notify_audit: 0, include_tags: 1 }, []],
  [SIMPLE, { notify_audit: 2 }, ['invalid_option notify_audit']],
  [SIMPLE, { on_missing_data: 'show_ok' }, ['invalid_option on_missing_data']],
  [SIMPLE, { on_missing_data: 'resolve', timeout_h: 0 }, []],
  [
    SIMPLE,
    { renotify_interval: 5, renotify_statuses: ['alert', 'no_data'] },
    ['invalid_option renotify_statuses/1'],
  ],
  [SIMPLE, { renotify_interval: 5, renotify_statuses: 'alert' }, ['invalid_option renotify_statuses']],
  [
    SIMPLE,
    { renotify_interval: 5, renotify_statuses: ['alert', 'warn', 'no data'] },
    ['renotify_status_unreached renotify_statuses/1', 'renotify_status_unreached renotify_statuses/2'],
  ],
  [
    SIMPLE,
    {
      renotify_interval: 5,
      renotify_statuses: ['alert', 'warn', 'no data'],
      thresholds: { critical: 2, warning: 1 },
      on_missing_data: 'show_no_data',
    },
    [],
  ],
  [COMPOSITE, { renotify_interval: 5, renotify_statuses: ['alert', 'warn', 'no data'] }, []],
  [SIMPLE, { notification_preset_name: 'hide_everything' }, ['invalid_option notification_preset_name']],
  [GROUPED_LOG, { group_retention_duration: '60m' }, []],
  [GROUPED_LOG, { group_retention_duration: '72h' }, []],
  [LOG, { group_retention_duration: '60m' }, ['group_retention_ungrouped group_retention_duration']],
  [SIMPLE, { group_retention_duration: '2d' }, []],
  [GROUPED_LOG, { group_retention_duration: '59m' }, ['invalid_option group_retention_duration']],
  [GROUPED_LOG, { group_retention_duration: '73h' }, ['invalid_option group_retention_duration']],
  [GROUPED_LOG, { group_retention_duration: 60 }, ['invalid_option group_retention_duration']],
  [SIMPLE, { thresholds: [2] }, ['invalid_option thresholds']],
  [GROUPED, { notify_by: 'host' }, ['invalid_option notify_by']],
  // Options that a type ignores.
  [LOG, { require_full_window: true }, ['option_ignored require_full_window']],
  [LOG, { require_full_window: false, enable_logs_sample: true, groupby_simple_monitor: true }, []],
  [SIMPLE, { require_full_window: true }, []],
  [CHECK, { require_full_window: true }, []],
  [SIMPLE, { enable_logs_sample: true }, ['option_ignored enable_logs_sample']],
  [SIMPLE, { enable_samples: true }, ['option_ignored enable_samples']],
  [SIMPLE, { min_failure_duration: 0, min_location_failed: 1 }, []],
  [
    SIMPLE,
    { min_failure_duration: 60, min_location_failed: 2 },
    ['option_ignored min_failure_duration', 'option_ignored min_location_failed'],
  ],
  [CHECK, { group_retention_duration: '2d' }, ['option_ignored group_retention_duration']],
  [COMPOSITE, { new_group_delay: 60 }, ['option_ignored new_group_delay']],
  [
    CHECK,
    { scheduling_options: { evaluation_window: { hour_starts: 0 } } },
    ['option_ignored scheduling_options'],
  ],
  [CHECK, { scheduling_options: {} }, []],
  // Missing data.
  [CHECK, { on_missing_data: 'default' }, ['on_missing_data_refused on_missing_data']],
  [COMPOSITE, { on_missing_data: 'resolve' }, ['on_missing_data_refused on_missing_data']],
  [CHECK, { on_missing_data: null, notify_no_data: true }, []],
  [SIMPLE, { on_missing_data: 'show_no_data', notify_no_data: false, no_data_timeframe: null }, []],
  [
    SIMPLE,
    { on_missing_data: 'show_no_data', notify_no_data: true, no_data_timeframe: 10 },
    ['missing_data_twice notify_no_data', 'missing_data_twice no_data_timeframe'],
  ],
  [
    LOG,
    { on_missing_data: 'default', no_data_timeframe: '10' },
    ['no_data_timeframe_on_logs no_data_timeframe'],
  ],
  [SIMPLE, { on_missing_data: 'resolve', timeout_h: '2' }, ['resolve_with_timeout timeout_h']],
  [
    { type: 'query alert', query: 'avg(last_5m):default_zero(avg:a{*}) / avg:b{*} > 2' },
    { on_missing_data: 'resolve' },
    ['default_zero_never_missing on_missing_data'],
  ],
  [
    { type: 'query alert', query: 'avg(last_5m):avg:default_zero{a:default_zero} > 2' },
    { on_missing_data: 'resolve' },
    [],
  ],
  [SIMPLE, { notify_no_data: true, no_data_timeframe: 9 }, ['no_data_timeframe no_data_timeframe']],
  [SIMPLE, { notify_no_data: true, no_data_timeframe: 10 }, []],
  [SIMPLE, { notify_no_data: false, no_data_timeframe: 2 }, []],
  [SIMPLE, { no_data_timeframe: 10 }, ['no_data_timeframe no_data_timeframe']],
  [SIMPLE, { no_data_timeframe: 0 }, []],
  [
    { type: 'query alert', query: "avg(last_4h):anomalies(avg:a{*}, 'basic', 2) >= 1" },
    { notify_no_data: true, no_data_timeframe: 30 },
    [],
  ],
  // Groups.
  [SIMPLE, { new_group_delay: 60 }, ['new_group_delay_ungrouped new_group_delay']],
  [SIMPLE, { new_group_delay: 0 }, []],
  [GROUPED, { new_group_delay: 60, new_host_delay: null }, []],
  [GROUPED, { new_group_delay: 0, new_host_delay: 300 }, ['two_delays new_host_delay']],
  [LOG, { new_group_delay: 60 }, ['new_group_delay_ungrouped new_group_delay']],
  [GROUPED_LOG, { new_group_delay: 60, notify_by: ['@user'] }, []],
  [FORMULA, { new_group_delay: 60, variables: [SEARCH] }, ['new_group_delay_ungrouped new_group_delay']],
  [FORMULA, { new_group_delay: 60, variables: [{ ...SEARCH, group_by: [{ facet: 'host' }] }] }, []],
  [FORMULA, { new_group_delay: 60, variables: [{ ...METRIC, query: 'avg:a{*} by {host}' }] }, []],
  [GROUPED, { notify_by: ['host'] }, []],
  [GROUPED, { notify_by: ['*'] }, []],
  [GROUPED, { notify_by: ['host', 'pod'] }, ['notify_by_ungrouped notify_by/1']],
  [SIMPLE, { notify_by: ['*'] }, ['notify_by_ungrouped notify_by/0']],
  [SIMPLE, { notify_by: [] }, []],
  [GROUPED_LOG, { notify_by: ['pod'] }, ['notify_by_ungrouped notify_by/0']],
  [JOBS, { notify_by: ['job_name'], variables: [RUNS] }, []],
  [JOBS, { notify_by: ['pod'], variables: [RUNS] }, ['notify_by_ungrouped notify_by/0']],
  [{ ...LOG, query: `${LOGS}.by(2).last("5m") > 2` }, { notify_by: ['pod'] }, []],
  [FORMULA, { notify_by: ['pod'], variables: [{ ...SEARCH, group_by: [{ limit: 1 }] }] }, []],
  [
    FORMULA,
    { notify_by: ['pod'], variables: [{ ...SEARCH, group_by: ['host'] }] },
    ['invalid_option variables/0/group_by/0'],
  ],
  [CHECK, { notify_by: ['pod'] }, []],
  // Renotification.
  [SIMPLE, { renotify_occurrences: 3 }, ['renotify_occurrences renotify_occurrences']],
  [
    SIMPLE,
    { renotify_occurrences: 3, renotify_interval: '0' },
    ['renotify_occurrences renotify_occurrences'],
  ],
  [SIMPLE, { renotify_occurrences: null, renotify_statuses: null, escalation_message: '' }, []],
  [
    SIMPLE,
    { renotify_statuses: ['alert'], escalation_message: 'a' },
    ['never_renotified escalation_message', 'never_renotified renotify_statuses'],
  ],
  // Schedules.
  [SIMPLE, custom(daily), []],
  [SIMPLE, custom({ ...daily, rrule: 'INTERVAL=1;freq=weekly' }), []],
  [SIMPLE, custom({ ...daily, rrule: 'INTERVAL=1' }), [`invalid_schedule ${RULE}/rrule`]],
  [
    SIMPLE,
    custom({ ...daily, rrule: 'DTSTART:20260101T000000\nRRULE:FREQ=DAILY' }),
    [`invalid_schedule ${RULE}/rrule`],
  ],
  [SIMPLE, custom({ ...daily, rrule: 7 }), [`invalid_schedule ${RULE}/rrule`]],
  [SIMPLE, custom({ ...daily, start: '2026-01-05T09:00:00Z' }), [`invalid_schedule ${RULE}/start`]],
  [SIMPLE, custom({ ...daily, start: '2026-01-05' }), [`invalid_schedule ${RULE}/start`]],
  [SIMPLE, custom({ ...daily, timezone: 'Europe/Berln' }), [`invalid_schedule ${RULE}/timezone`]],
  [SIMPLE, custom({ ...daily, timezone: '+01:00' }), [`invalid_schedule ${RULE}/timezone`]],
  [
    SIMPLE,
    { on_missing_data: 'default', scheduling_options: { custom_schedule: { recurrences: [daily, daily] } } },
    ['invalid_schedule scheduling_options/custom_schedule/recurrences'],
  ],
  [SIMPLE, custom(daily, { on_missing_data: null }), ['custom_schedule_needs scheduling_options']],
  [SIMPLE, custom(daily, { require_full_window: false }), []],
  [overWindow('current_1mo'), window({ day_starts: '04:00', month_starts: 1 }), []],
  [
    overWindow('current_1mo'),
    window({ day_starts: '24:00', month_starts: 2 }),
    [`invalid_schedule ${WINDOW}/day_starts`, `invalid_schedule ${WINDOW}/month_starts`],
  ],
  [
    overWindow('current_1h'),
    window({ hour_starts: 60, timezone: 'Europe/Amsterdam' }),
    [`invalid_schedule ${WINDOW}/hour_starts`],
  ],
  [
    overWindow('current_1h'),
    window({ hour_starts: 0, day_starts: '04:00' }),
    [`invalid_schedule ${WINDOW}/hour_starts`, `evaluation_window_field ${WINDOW}/day_starts`],
  ],
  [overWindow('current_1d'), window({ day_starts: '04:00', hour_starts: null }), []],
  [SIMPLE, window({ day_starts: '04:00' }), [`evaluation_window_unused ${WINDOW}`]],
  [SIMPLE, window({ day_starts: null }), []],
  [LOG, window({ day_starts: '04:00' }), [`evaluation_window_unused ${WINDOW}`]],
  [CURRENT_LOG, window({ day_starts: '04:00' }), []],
  [CURRENT_LOG, window({ hour_starts: 4 }), [`evaluation_window_field ${WINDOW}/hour_starts`]],
];

describe('rules about options', () => {
  for (const [monitor, options, reported] of CASES) {
    it(`report ${reported.join(', ') || 'nothing'} for ${JSON.stringify(options)} of a ${monitor['type']}`, () => {
      const found = lintMonitor({ ...monitor, options }, '');
      assert.deepEqual(
        found.map(({ code, pointer }) => `${code} ${pointer.replace('/options/', '')}`),
        reported,
      );
    });
  }

  it('never throw, for any value of an option', () =>
    fc.assert(
      fc.property(fc.constantFrom(...OPTION_TYPES.keys()), fc.jsonValue(), (name, value) => {
        const monitor: JsonObject = { ...SIMPLE, options: JSON.parse(JSON.stringify({ [name]: value })) };
        assert.ok(Array.isArray(lintMonitor(monitor, '')));
      }),
    ));
});

/** Fields other than options, and the expected findings: a code and a pointer. */
const OTHER_FIELDS: readonly [monitor: JsonObject, reported: readonly string[]][] = [
  [{ type: 'metric' }, ['unknown_type /type']],
  [{ type: 'log_alert', query: '' }, ['unknown_type /type']],
  [{ type: '' }, []],
  [{ type: 'a future alert', options: { min_failure_duration: 60 } }, ['unknown_type /type']],
  [
    { type: 'synthetics alert', query: 'no_query', options: { min_failure_duration: 60 } },
    ['synthetics_elsewhere /type'],
  ],
  [{ name: ' ' }, ['name_empty /name']],
  [{ name: null }, []],
  [{ name: 'a ' }, []],
  [{ tags: ['team:a b', 'Env:Prod', 'straße:ü', 'a/b.c-d_e:1'] }, ['tag_characters /tags/0']],
  [{ tags: ['a:b', 'A:b', 'a:b', 'a:b'] }, ['tag_twice /tags/2', 'tag_twice /tags/3']],
  [{ tags: null }, []],
  [{ tags: Array.from({ length: 33 }, (_, at) => `a:${at}`) }, ['too_many_tags /tags/32']],
  [{ priority: '5' }, []],
  [{ priority: 'P2' }, ['invalid_priority /priority']],
  [{ priority: 2.5 }, ['invalid_priority /priority']],
  [{ priority: -1 }, ['invalid_priority /priority']],
  [{ priority: '0' }, ['priority_zero /priority']],
  [{ draft_status: 'draft' }, []],
  [{ draft_status: true }, ['invalid_draft_status /draft_status']],
  [{ classification: 'a' }, ['unknown_field /classification']],
  [{ notify_no_data: true }, ['unknown_field /notify_no_data']],
  [{ id: 1, created_at: 2, creator: {}, multi: true, overall_state: 'OK', lint: {}, key: 'a' }, []],
  [{ type: 'composite', query: '1 && (2 || !3) && 4 && 5 && 6 && 7 && 8 && 9 && 10 && 1' }, []],
  [{ type: 'composite', query: '(1||2||3||4||5||6||7||8||9||10) && !11' }, ['composite_members /query 36']],
  [{ query: 'avg(last_5m):avg:aws.lambda.enhanced.errors{*} > 2' }, []],
  [{ query: 'avg(last_5m):avg:my.aws.errors{*} > 2' }, []],
  [{ query: 'avg(last_5m):avg:gcp.a{*} > 2', options: { evaluation_delay: 0 } }, []],
  [{ query: 'avg(last_5m):avg:a{*} / avg:azure.b{*} > 2' }, ['evaluation_delay_missing /query 28']],
];

describe('the finding for an option', () => {
  const messages: readonly [monitor: JsonObject, options: JsonObject, message: RegExp][] = [
    [SIMPLE, { timeout_h: 48 }, /timeout_h must be a number of hours from 0 to 24/],
    [SIMPLE, { new_host_delay: -1 }, /new_host_delay must be a number of seconds, 0 or more/],
    [SIMPLE, { renotify_occurrences: -1, renotify_interval: 5 }, /must be a number, 0 or more/],
    [SIMPLE, { notify_by: ['*'] }, /has no groups.*Remove notify_by/],
    [GROUPED, { notify_by: ['pod'] }, /groups by host, env.*Group the query by pod too/],
    [CHECK, { on_missing_data: 'show_and_notify_no_data' }, /Use notify_no_data: true instead/],
    [CHECK, { on_missing_data: 'default' }, /Remove it/],
  ];
  for (const [monitor, options, message] of messages) {
    it(`is ${message} for ${JSON.stringify(options)}`, () => {
      const [found] = lintMonitor({ ...monitor, options }, '');
      assert.match(`${found?.message} ${found?.hint}`, message);
    });
  }
});

describe('rules about other fields of a monitor', () => {
  for (const [monitor, reported] of OTHER_FIELDS) {
    it(`report ${reported.join(', ') || 'nothing'} for ${JSON.stringify(monitor)}`, () => {
      const found = lintMonitor({ ...SIMPLE, ...monitor }, '');
      assert.deepEqual(
        found.map(({ code, pointer, at }) =>
          code.startsWith('tag_') || at === undefined ? `${code} ${pointer}` : `${code} ${pointer} ${at}`,
        ),
        reported,
      );
    });
  }

  const fixes: readonly [monitor: JsonObject, edits: unknown][] = [
    [
      { mesage: 'a' },
      [
        { pointer: '/mesage', remove: true },
        { pointer: '/message', value: 'a' },
      ],
    ],
    [{ colour: 'red' }, undefined],
    [{ notify_no_data: true, options: 'none' }, undefined],
    [
      { ...CHECK, options: { on_missing_data: 'default' } },
      [{ pointer: '/options/on_missing_data', remove: true }],
    ],
    [
      { ...CHECK, options: { on_missing_data: 'show_and_notify_no_data' } },
      [
        { pointer: '/options/on_missing_data', remove: true },
        { pointer: '/options/notify_no_data', value: true },
      ],
    ],
    [{ draft_status: 'drft' }, [{ pointer: '/draft_status', value: 'draft' }]],
    [{ type: 'metric' }, [{ pointer: '/type', value: 'query alert' }]],
    [
      { notify_no_data: true },
      [
        { pointer: '/notify_no_data', remove: true },
        { pointer: '/options', value: { notify_no_data: true } },
      ],
    ],
    [{ timeout_h: 2, options: { timeout_h: 1 } }, undefined],
    [
      { options: { critical: 2 } },
      [
        { pointer: '/options/critical', remove: true },
        { pointer: '/options/thresholds', value: { critical: 2 } },
      ],
    ],
    [{ options: { notfy_audit: true, notify_audit: false } }, undefined],
    [{ tags: [' team: a,b '] }, [{ pointer: '/tags/0', value: 'team:a_b' }]],
    [{ priority: 'p1' }, [{ pointer: '/priority', value: 1 }]],
    [
      { options: { on_missing_data: 'reslove' } },
      [{ pointer: '/options/on_missing_data', value: 'resolve' }],
    ],
    [{ options: { on_missing_data: 'resolve', notify_no_data: true } }, undefined],
    [
      { options: { on_missing_data: 'resolve', no_data_timeframe: 10 } },
      [{ pointer: '/options/no_data_timeframe', remove: true }],
    ],
  ];
  for (const [monitor, edits] of fixes) {
    it(`${edits === undefined ? 'keep' : 'fix'} ${JSON.stringify(monitor)}`, () => {
      const [found] = lintMonitor({ ...SIMPLE, ...monitor }, '');
      assert.ok(found);
      assert.deepEqual(found.fix?.edits, edits);
    });
  }
});
