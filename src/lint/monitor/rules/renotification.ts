import { textOf } from '../../../domain/json.ts';
import { groupKeysOf } from '../group-keys.ts';
import type { MonitorRule, MonitorView } from '../monitor-view.ts';
import { isOn, withoutOptions } from '../option-values.ts';

const RENOTIFICATION_OPTIONS: readonly string[] = ['escalation_message', 'renotify_statuses'];

/** For each status, whether a monitor can have it. A composite can have every status of its members. */
const CAN_REACH: ReadonlyMap<string, (view: MonitorView) => boolean> = new Map([
  ['warn', ({ thresholds, type }) => type === 'composite' || thresholds['warning'] != null],
  [
    'no data',
    ({ options, type }) =>
      type === 'composite' ||
      isOn(options['notify_no_data']) ||
      textOf(options['on_missing_data']).startsWith('show'),
  ],
]);

/** Rules about options for grouping and repeating notifications. */
export const RENOTIFICATION_RULES: readonly MonitorRule[] = [
  {
    code: 'notify_by_ungrouped',
    severity: 'warning',
    summary: '`notify_by` has a key that the query does not group by.',
    bad: `type: query alert
query: avg(last_5m):avg:system.load.1{*} by {host} > 2
options:
  notify_by: [⟦cluster⟧]
`,
    good: `type: query alert
query: avg(last_5m):avg:system.load.1{*} by {host,cluster} > 2
options:
  notify_by: [cluster]
`,
    check: (view) => {
      const by = view.options['notify_by'];
      const keys = Array.isArray(by) && by.length > 0 ? groupKeysOf(view) : undefined;
      if (!Array.isArray(by) || keys === undefined) return [];
      return by.values().flatMap((key, at) => {
        if (typeof key !== 'string' || keys.has(key) || (key === '*' && keys.size > 0)) return [];
        return [
          {
            path: ['options', 'notify_by', at],
            message:
              keys.size === 0
                ? 'notify_by has no effect, and some organizations reject it: the query has no groups.'
                : `notify_by ${key} matches no group: the query groups by ${[...keys].join(', ')}.`,
            hint: keys.size === 0 ? 'Remove notify_by.' : `Group the query by ${key} too, or remove the key.`,
          },
        ];
      });
    },
  },
  /** In Datadog's words: "The renotify_occurrences option can only be used if renotify_interval is set". */
  {
    code: 'renotify_occurrences',
    severity: 'error',
    summary: '`renotify_occurrences` is set without `renotify_interval`.',
    bad: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
options: {renotify_occurrences: ⟦3⟧}
`,
    good: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
options: {renotify_occurrences: 3, renotify_interval: 60}
`,
    check: ({ options }) =>
      isOn(options['renotify_occurrences']) && !isOn(options['renotify_interval'])
        ? [
            {
              path: ['options', 'renotify_occurrences'],
              message: 'Datadog rejects renotify_occurrences without renotify_interval.',
              hint: 'Add renotify_interval, in minutes, or remove this option.',
              fix: withoutOptions('renotify_occurrences'),
            },
          ]
        : [],
  },
  {
    code: 'never_renotified',
    severity: 'warning',
    summary: 'A renotification option is set without `renotify_interval`.',
    bad: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
options: {escalation_message: ⟦Still high.⟧}
`,
    good: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
options: {escalation_message: Still high., renotify_interval: 60}
`,
    check: ({ options }) =>
      isOn(options['renotify_interval'])
        ? []
        : RENOTIFICATION_OPTIONS.filter((name) => isOn(options[name])).map((name) => ({
            path: ['options', name],
            message: `${name} has no effect: without renotify_interval the monitor notifies once.`,
            hint: 'Add renotify_interval, in minutes, or remove this option.',
          })),
  },
  {
    code: 'renotify_status_unreached',
    severity: 'warning',
    summary: '`renotify_statuses` has a status that the monitor never reaches.',
    bad: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
options: {renotify_interval: 60, renotify_statuses: [alert, ⟦warn⟧], thresholds: {critical: 2}}
`,
    good: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
options: {renotify_interval: 60, renotify_statuses: [alert, warn], thresholds: {critical: 2, warning: 1}}
`,
    check: (view) => {
      const statuses = view.options['renotify_statuses'];
      if (!Array.isArray(statuses) || !isOn(view.options['renotify_interval'])) return [];
      return statuses.values().flatMap((status, at) => {
        const canReach = typeof status === 'string' ? CAN_REACH.get(status) : undefined;
        if (!canReach || canReach(view)) return [];
        return [
          {
            path: ['options', 'renotify_statuses', at],
            message: `The monitor never has the status ${textOf(status)}.`,
            hint:
              status === 'warn'
                ? 'Set a warning threshold, or remove the status.'
                : 'Set on_missing_data or notify_no_data, or remove the status.',
            reads: (status === 'warn' ? ['thresholds'] : ['notify_no_data', 'on_missing_data']).map(
              (option) => ['options', option],
            ),
          },
        ];
      });
    },
  },
];
