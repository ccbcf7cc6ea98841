import { isRawObject, toNumber, type RawObject } from '../raw-json.ts';
import { isGrouped } from './query-forms.ts';

/** A combination of query and options that Datadog refuses. */
export interface Refusal {
  readonly message: string;
  /** Where the refusal is recorded. */
  readonly source: string;
  /** Whose words the message has: no record has Datadog's words for the refusals with the emulator's. */
  readonly words: 'Datadog' | 'emulator';
  /** The time from which Datadog refuses it, in epoch milliseconds. */
  readonly since?: number;
  readonly refuses: (type: string, query: string, options: RawObject) => boolean;
}

const METRIC_TYPES = new Set(['metric alert', 'query alert']);
const SEARCHES_WITH_DOUBLE_QUOTES = new Set(['log alert', 'rum alert']);
const CURRENT_WINDOW = /^\s*\w+\(\s*(?:\w+\(\s*)?current_|\)\s*\.current\(/;
const SECONDS = new Map(Object.entries({ m: 60, h: 3600, d: 86_400, w: 604_800 }));

export const REFUSED_OPTIONS: readonly Refusal[] = [
  {
    message: "The value provided for parameter 'query' is invalid: invalid operator specified: ",
    source: 'DataDog/datadogpy#731, DataDog/terraform-provider-datadog#1535',
    words: 'Datadog',
    refuses: (type, query) => SEARCHES_WITH_DOUBLE_QUOTES.has(type) && /^\s*\w+\(\s*'/.test(query),
  },
  {
    message:
      'Monitors with an evaluation_window scheduling_option must have a current query period and vice versa.',
    source: 'DataDog/terraform-provider-datadog#1871, grosser/kennel#268',
    words: 'Datadog',
    refuses: (_type, query, options) =>
      hasFields(scheduling(options)['evaluation_window']) !== CURRENT_WINDOW.test(query),
  },
  {
    message: 'The new_group_delay option can only be used for multi-alert monitors',
    source: 'DataDog/terraform-provider-datadog#1221',
    words: 'Datadog',
    refuses: (type, query, options) =>
      METRIC_TYPES.has(type) && (toNumber(options['new_group_delay']) ?? 0) > 0 && !isGrouped(query),
  },
  {
    message: 'alert window query arg must match trigger window monitor option',
    source: 'DataDog/datadog-operator#408, DataDog/terraform-provider-datadog#252',
    words: 'Datadog',
    refuses: (_type, query, options) => {
      const window = /\banomalies\(/.test(query) ? alertWindowOf(query) : undefined;
      return window !== undefined && windows(options)['trigger_window'] !== window;
    },
  },
  {
    message:
      'alert and alert recovery criteria are such that the monitor can be simultaneously in alert and alert recovery states',
    source: 'DataDog/datadog-api-client-typescript#754, DataDog/documentation#19363',
    words: 'Datadog',
    refuses: (_type, query, options) => {
      const { trigger_window: trigger, recovery_window: recovery } = windows(options);
      const critical = toNumber(fieldsOf(options['thresholds'])['critical']);
      if (!/\banomalies\(/.test(query) || critical === undefined) return false;
      // All anomalous points can be at the start of the trigger window (docs, monitors/guide/anomaly-monitor).
      return secondsIn(recovery) < secondsIn(trigger) * (1 - critical) + 60;
    },
  },
  {
    message: 'Both trigger_window and recovery_window are required, each as last_15m.',
    source: 'Datadog docs, monitors/guide/anomaly-monitor; API v1, MonitorThresholdWindowOptions',
    words: 'emulator',
    refuses: (_type, query, options) => {
      const { trigger_window: trigger, recovery_window: recovery } = windows(options);
      if (!/\banomalies\(/.test(query) || (!isSet(trigger) && !isSet(recovery))) return false;
      return !(secondsIn(trigger) > 0 && secondsIn(recovery) > 0);
    },
  },
  {
    message: 'The renotify_occurrences option can only be used if renotify_interval is set',
    source: 'DataDog/terraform-provider-datadog#2820',
    words: 'Datadog',
    refuses: (_type, _query, { renotify_occurrences: times, renotify_interval: interval }) =>
      (toNumber(times) ?? 0) > 0 && !(Number(toNumber(interval) ?? interval) > 0),
  },
  {
    message: 'The formula uses a variable that options.variables does not declare.',
    source: 'Datadog API v1, MonitorFormulaAndFunctionQueryDefinition',
    words: 'emulator',
    refuses: (_type, query, { variables }) => {
      if (!Array.isArray(variables) || variables.length === 0) return false;
      const names = new Set(variables.map((one) => fieldsOf(one)['name']));
      return namesInFormula(query).some((name) => !names.has(name));
    },
  },
  {
    message: 'The notify_no_data and no_data_timeframe options cannot be used with on_missing_data',
    source: 'Datadog docs, monitors/guide/monitor_api_options',
    words: 'emulator',
    refuses: (type, _query, { on_missing_data: on, notify_no_data: notify, no_data_timeframe: timeframe }) =>
      isSet(on) && (notify === true || (type !== 'log alert' && (toNumber(timeframe) ?? 0) > 0)),
  },
  {
    message: 'The require_full_window option cannot be used with a custom schedule',
    source: 'Datadog docs, monitors/guide/custom_schedules',
    words: 'emulator',
    refuses: (_type, _query, options) =>
      hasFields(scheduling(options)['custom_schedule']) && options['require_full_window'] === true,
  },
  {
    message: 'Warning status is required.',
    source: 'DataDog/datadog-sync-cli, which removes the threshold before it writes a monitor',
    words: 'emulator',
    refuses: (_type, _query, options) => {
      const { warning, warning_recovery } = fieldsOf(options['thresholds']);
      return isSet(warning_recovery) && !isSet(warning);
    },
  },
  {
    message: "Required parameter 'search' is missing",
    source: 'DataDog/terraform-provider-datadog#1807',
    words: 'Datadog',
    refuses: (_type, _query, { variables }) =>
      Array.isArray(variables) &&
      variables.some(
        (variable) =>
          isRawObject(variable) && isRawObject(variable['compute']) && !isRawObject(variable['search']),
      ),
  },
  {
    message: 'The on_missing_data option is required for monitors with a custom schedule',
    source: 'DataDog/terraform-provider-datadog#3689',
    words: 'emulator',
    since: Date.parse('2026-04-01T00:00:00Z'),
    refuses: (_type, _query, options) =>
      hasFields(scheduling(options)['custom_schedule']) && !isSet(options['on_missing_data']),
  },
];

function fieldsOf(value: unknown): RawObject {
  return isRawObject(value) ? value : {};
}

function scheduling(options: RawObject): RawObject {
  return fieldsOf(options['scheduling_options']);
}

function windows(options: RawObject): RawObject {
  return fieldsOf(options['threshold_windows']);
}

function hasFields(value: unknown): boolean {
  return Object.values(fieldsOf(value)).some(isSet);
}

function isSet(value: unknown): boolean {
  return value !== undefined && value !== null;
}

/** Returns the names of queries in `formula("...")`: words that are not called and name no argument. */
function namesInFormula(query: string): string[] {
  const [, formula = ''] = /^\s*formula\("((?:[^"\\]|\\[\s\S])*)"\)/.exec(query) ?? [];
  const unquoted = formula.replace(/'[^']*'/g, '');
  return [...unquoted.matchAll(/(?<![\w.])[A-Za-z_]\w*(?!\w|\s*[(=])/g)].map(([name]) => name);
}

function alertWindowOf(query: string): string | undefined {
  return /\balert_window\s*=\s*(?:'|")(\w+)/.exec(query)?.[1];
}

/** Returns the length of a window such as `last_15m`; NaN for any other value. */
function secondsIn(window: unknown): number {
  const [, count, unit = ''] = (typeof window === 'string' && /^last_(\d+)([mhdw])$/.exec(window)) || [];
  return Number(count) * (SECONDS.get(unit) ?? Number.NaN);
}
