import { type Json, textOf } from '../../../domain/json.ts';
import type { Query } from '../../../language/query/syntax.ts';
import { groupKeysOf } from '../group-keys.ts';
import { EVENT_TYPES, METRIC_TYPES } from '../monitor-types.ts';
import type { MonitorRule } from '../monitor-view.ts';
import { isOn, numericOf, withoutOptions } from '../option-values.ts';
import type { Violation } from '../../rule.ts';

/** Types that support only notify_no_data: docs of Datadog's Terraform provider, resources/monitor. */
const NOTIFY_NO_DATA_ONLY: readonly string[] = [
  'service check',
  'composite',
  'slo alert',
  'datadog-usage alert',
];

const OLDER_OPTIONS: readonly string[] = ['notify_no_data', 'no_data_timeframe'];

const WINDOW = /^last_(\d{1,9})(m|h|d|w|mo)$/;

const RETENTION = /^(\d{1,9})(m|h|d)$/;

const MINUTES_OF: ReadonlyMap<string, number> = new Map<string, number>([
  ['m', 1],
  ['h', 60],
  ['d', 1440],
  ['w', 10_080],
  ['mo', 43_200],
]);

/** Functions that use more data than the alert window. */
const LONG_HISTORY_FUNCTIONS: readonly string[] = ['anomalies', 'forecast', 'outliers'];

/** Rules about options for missing data and new groups. */
export const MISSING_DATA_RULES: readonly MonitorRule[] = [
  {
    code: 'no_data_timeframe_on_logs',
    severity: 'warning',
    summary: 'A log monitor has `no_data_timeframe`, which Datadog stores and the web app rejects.',
    bad: `type: log alert
query: logs("status:error").index("*").rollup("count").last("5m") > 10
options:
  no_data_timeframe: ⟦10⟧
`,
    good: `type: log alert
query: logs("status:error").index("*").rollup("count").last("5m") > 10
options:
  on_missing_data: default
`,
    check: ({ type, options }) =>
      type === 'log alert' && isOn(options['no_data_timeframe'])
        ? [
            {
              path: ['options', 'no_data_timeframe'],
              message: 'The web app cannot save the monitor: it rejects no_data_timeframe for log monitors.',
              hint: 'Use on_missing_data.',
              fix: withoutOptions('no_data_timeframe'),
            },
          ]
        : [],
  },
  {
    code: 'on_missing_data_refused',
    severity: 'error',
    summary: 'This type of monitor does not support `on_missing_data`.',
    bad: `type: service check
query: '"http.can_connect".over("*").by("host").last(4).count_by_status()'
options:
  on_missing_data: ⟦show_and_notify_no_data⟧
`,
    good: `type: service check
query: '"http.can_connect".over("*").by("host").last(4).count_by_status()'
options:
  notify_no_data: true
`,
    check: ({ type, options }) => {
      const value = options['on_missing_data'];
      if (!NOTIFY_NO_DATA_ONLY.includes(type) || value == null) return [];
      return [
        {
          path: ['options', 'on_missing_data'],
          message: `Datadog rejects on_missing_data for monitors of type ${type}.`,
          hint:
            value === 'show_and_notify_no_data'
              ? 'Use notify_no_data: true instead.'
              : 'Remove it. To be notified of missing data, use notify_no_data: true.',
          fix: removeOnMissingData(value === 'show_and_notify_no_data'),
        },
      ];
    },
  },
  {
    code: 'missing_data_twice',
    severity: 'error',
    summary: '`on_missing_data` is combined with `notify_no_data` or `no_data_timeframe`.',
    bad: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
options: {on_missing_data: show_and_notify_no_data, notify_no_data: ⟦true⟧}
`,
    good: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
options: {on_missing_data: show_and_notify_no_data}
`,
    check: ({ type, options }) => {
      const onMissingData = options['on_missing_data'];
      if (onMissingData == null) return [];
      // The rule no_data_timeframe_on_logs reports no_data_timeframe of log monitors.
      const conflicting = OLDER_OPTIONS.filter(
        (name) => isOn(options[name]) && !(type === 'log alert' && name === 'no_data_timeframe'),
      );
      const safeToRemove =
        onMissingData === 'show_and_notify_no_data' || !conflicting.includes('notify_no_data');
      return conflicting.map((name) => ({
        path: ['options', name],
        message: `Datadog rejects ${name} together with on_missing_data, which replaces it.`,
        hint: `Remove one of the two. on_missing_data is ${textOf(onMissingData)}.`,
        ...(safeToRemove ? { fix: withoutOptions(name) } : {}),
      }));
    },
  },
  {
    code: 'resolve_with_timeout',
    severity: 'warning',
    summary: '`timeout_h` is combined with `on_missing_data: resolve`, which resolves at once.',
    bad: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
options: {on_missing_data: resolve, timeout_h: ⟦2⟧}
`,
    good: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
options: {on_missing_data: resolve}
`,
    check: ({ options }) =>
      options['on_missing_data'] === 'resolve' && isOn(options['timeout_h'])
        ? [
            {
              path: ['options', 'timeout_h'],
              message:
                'timeout_h has no effect: with on_missing_data: resolve, missing data resolves the monitor at once.',
              hint: 'Remove timeout_h, or use another value for on_missing_data.',
              fix: withoutOptions('timeout_h'),
            },
          ]
        : [],
  },
  {
    code: 'no_data_timeframe',
    severity: 'warning',
    summary: '`no_data_timeframe` notifies too early or never.',
    bad: `type: query alert
query: avg(last_30m):avg:system.load.1{*} > 2
options: {notify_no_data: true, no_data_timeframe: ⟦10⟧}
`,
    good: `type: query alert
query: avg(last_30m):avg:system.load.1{*} > 2
options: {notify_no_data: true, no_data_timeframe: 60}
`,
    check: ({ type, parsed, options }) => {
      const minutes = numericOf(options['no_data_timeframe']);
      if (minutes === undefined || minutes === 0 || type === 'log alert' || isOn(options['on_missing_data']))
        return [];
      if (options['notify_no_data'] === undefined) return [notifyNoDataUnset()];
      const retention = retentionOf(options['group_retention_duration']);
      if (isOn(options['notify_no_data']) && minutes > retention)
        return [groupDroppedFirst(minutes, retention)];
      const window = windowOf(parsed.query);
      if (!isOn(options['notify_no_data']) || window === undefined || minutes >= 2 * window) return [];
      return [
        {
          path: ['options', 'no_data_timeframe'],
          message: `no_data_timeframe is ${minutes} minutes, but the evaluation window is ${window} minutes: late points can cause false notifications.`,
          hint: `Use at least ${2 * window} minutes, twice the window.`,
        },
      ];
    },
  },
  /** In Datadog's words: "The new_group_delay option can only be used for multi-alert monitors". */
  {
    code: 'new_group_delay_ungrouped',
    severity: 'error',
    summary: '`new_group_delay` is set, but the query has no groups.',
    bad: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
options: {new_group_delay: ⟦60⟧}
`,
    good: `type: query alert
query: avg(last_5m):avg:system.load.1{*} by {host} > 2
options: {new_group_delay: 60}
`,
    check: (view) => {
      if (!isOn(view.options['new_group_delay'])) return [];
      if (!METRIC_TYPES.has(view.type) && !EVENT_TYPES.has(view.type)) return [];
      if (groupKeysOf(view)?.size !== 0) return [];
      return [
        {
          path: ['options', 'new_group_delay'],
          message: 'Datadog rejects new_group_delay: the query has no groups.',
          hint: 'Remove it, or group the query.',
          fix: withoutOptions('new_group_delay'),
        },
      ];
    },
  },
  {
    code: 'group_retention_ungrouped',
    severity: 'warning',
    summary: '`group_retention_duration` is set, but the query has no groups.',
    bad: `type: log alert
query: logs("service:shop").index("*").rollup("count").last("5m") > 10
options: {group_retention_duration: ⟦2d⟧}
`,
    good: `type: log alert
query: logs("service:shop").index("*").rollup("count").by("host").last("5m") > 10
options: {group_retention_duration: 2d}
`,
    check: (view) => {
      if (!isOn(view.options['group_retention_duration']) || !EVENT_TYPES.has(view.type)) return [];
      if (groupKeysOf(view)?.size !== 0) return [];
      return [
        {
          path: ['options', 'group_retention_duration'],
          message: 'Datadog may reject group_retention_duration: the query has no groups to keep.',
          hint: 'Remove it, or group the query.',
          fix: withoutOptions('group_retention_duration'),
        },
      ];
    },
  },
  {
    code: 'two_delays',
    severity: 'warning',
    summary: '`new_group_delay` overrides `new_host_delay`.',
    bad: `type: query alert
query: avg(last_5m):avg:system.load.1{*} by {host} > 2
options: {new_group_delay: 60, new_host_delay: ⟦300⟧}
`,
    good: `type: query alert
query: avg(last_5m):avg:system.load.1{*} by {host} > 2
options: {new_group_delay: 60}
`,
    check: ({ options: { new_group_delay: group, new_host_delay: host } }) =>
      group == null || host == null
        ? []
        : [
            {
              path: ['options', 'new_host_delay'],
              message: 'new_host_delay has no effect: new_group_delay overrides it.',
              hint: 'Remove new_host_delay.',
              fix: withoutOptions('new_host_delay'),
            },
          ],
  },
];

function removeOnMissingData(notify: boolean): ReturnType<typeof withoutOptions> {
  const without = withoutOptions('on_missing_data');
  return notify
    ? {
        title: 'Change to notify_no_data: true',
        edits: [...without.edits, { path: ['options', 'notify_no_data'], value: true }],
      }
    : without;
}

/** Returns the group retention in minutes. */
function retentionOf(retention: Json | undefined): number {
  const [, count, unit = ''] = (typeof retention === 'string' ? RETENTION.exec(retention) : null) ?? [];
  const minutes = Number(count) * (MINUTES_OF.get(unit) ?? Number.NaN);
  return Number.isNaN(minutes) ? Number.POSITIVE_INFINITY : minutes;
}

function groupDroppedFirst(minutes: number, retention: number): Violation {
  return {
    path: ['options', 'no_data_timeframe'],
    message: `Missing data never notifies: a group is dropped after ${retention} minutes, before no_data_timeframe (${minutes} minutes) ends.`,
    hint: `Use at most ${retention} minutes, or a longer group_retention_duration.`,
  };
}

function notifyNoDataUnset(): Violation {
  return {
    path: ['options', 'no_data_timeframe'],
    message: 'Missing data never notifies: notify_no_data is not set.',
    hint: 'Add notify_no_data: true, or remove no_data_timeframe.',
  };
}

/** Returns the evaluation window of a plain metric query in minutes. */
function windowOf(query: Query): number | undefined {
  if (query.kind !== 'metric') return undefined;
  const { expression, evaluation } = query;
  if (expression.kind === 'call' && LONG_HISTORY_FUNCTIONS.includes(expression.name.text)) return undefined;
  const [window] = evaluation.args;
  const [, count, unit = ''] = (window?.kind === 'word' ? WINDOW.exec(window.text) : null) ?? [];
  const minutes = Number(count) * (MINUTES_OF.get(unit) ?? Number.NaN);
  return Number.isNaN(minutes) ? undefined : minutes;
}
