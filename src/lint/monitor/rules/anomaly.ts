import { type Json, textOf } from '../../../domain/json.ts';
import type { Call } from '../../../language/query/syntax.ts';
import {
  argumentViolations,
  type AlgorithmSignature,
  callsOf,
  ignoredSettings,
  oneOf,
} from '../algorithms.ts';
import { argumentText } from '../argument-text.ts';
import type { MonitorRule, MonitorView } from '../monitor-view.ts';
import { minutesOf } from '../query-windows.ts';
import { FORECAST } from './outlier-and-forecast.ts';
import { setOption, thresholdOf } from '../option-values.ts';
import type { Violation } from '../../rule.ts';

/** Datadog docs, monitors/types/anomaly, section API. */
const ANOMALIES: AlgorithmSignature = {
  name: 'anomalies',
  algorithms: ['basic', 'agile', 'robust'],
  numbers: [1, 1, 0],
  example: "anomalies(avg:system.load.1{*}, 'agile', 2, direction='both')",
  settings: new Map([
    ['direction', oneOf('above', 'below', 'both')],
    [
      'alert_window',
      {
        isValid: (text: string) => text.startsWith('last_') && (minutesOf(text) ?? 0) > 0,
        expected: "a window, for example 'last_15m'",
      },
    ],
    ['interval', { isValid: (text: string) => Number(text) > 0, expected: 'seconds, for example 60' }],
    ['count_default_zero', oneOf('true', 'false')],
    ['seasonality', { ...oneOf('hourly', 'daily', 'weekly'), algorithms: ['agile', 'robust'] }],
    [
      'timezone',
      { isValid: (text: string) => text.trim() !== '', expected: "a time zone, for example 'utc'" },
    ],
  ]),
};

/** The minimum number of points in an alert window: Datadog docs, monitors/guide/anomaly-monitor. */
const MIN_POINTS = 5;

const THRESHOLD_WINDOWS = ['trigger_window', 'recovery_window'] as const;

/** The app offers 15 minutes to 1 day, and Datadog stores other lengths: Datadog docs, monitors/types/anomaly. */
const WINDOW_PATTERN = /^last_\d+(?:m|h|d)$/;

/** Rules about anomaly monitors and their threshold windows. */
export const ANOMALY_RULES: readonly MonitorRule[] = [
  {
    code: 'anomaly_arguments',
    severity: 'error',
    summary: 'The arguments of `anomalies()` are invalid.',
    bad: `type: query alert
query: avg(last_4h):anomalies(avg:system.load.1{*}, ⟦'agil'⟧, 2) >= 1
`,
    good: `type: query alert
query: avg(last_4h):anomalies(avg:system.load.1{*}, 'agile', 2) >= 1
`,
    check: (view) =>
      callsOf(view, 'anomalies')
        .values()
        .flatMap((call) => argumentViolations(call, ANOMALIES)),
  },
  {
    code: 'anomaly_window',
    severity: 'error',
    summary: 'The alert window of an anomaly monitor does not match its trigger window or the query.',
    bad: `type: query alert
query: avg(last_4h):anomalies(avg:system.load.1{*}, 'agile', 2, alert_window='last_15m') >= 1
options:
  threshold_windows: {trigger_window: ⟦last_30m⟧, recovery_window: last_15m}
`,
    good: `type: query alert
query: avg(last_4h):anomalies(avg:system.load.1{*}, 'agile', 2, alert_window='last_15m') >= 1
options:
  threshold_windows: {trigger_window: last_15m, recovery_window: last_15m}
`,
    check: (view) =>
      callsOf(view, 'anomalies')
        .values()
        .flatMap((call) => [...alertWindowTooLong(view, call), ...triggerWindowDiffers(view, call)]),
  },
  {
    code: 'anomaly_interval',
    severity: 'warning',
    summary: 'The alert window of `anomalies()` contains too few points.',
    bad: `type: query alert
query: avg(last_4h):anomalies(avg:system.load.1{*}, 'agile', 2, alert_window='last_15m', interval=⟦600⟧) >= 1
options:
  threshold_windows: {trigger_window: last_15m, recovery_window: last_15m}
`,
    good: `type: query alert
query: avg(last_4h):anomalies(avg:system.load.1{*}, 'agile', 2, alert_window='last_15m', interval=60) >= 1
options:
  threshold_windows: {trigger_window: last_15m, recovery_window: last_15m}
`,
    check: (view) =>
      callsOf(view, 'anomalies')
        .values()
        .flatMap(({ args }) => {
          const named = args.filter((argument) => argument.kind === 'named');
          const [window, interval] = ['alert_window', 'interval'].map(
            (argumentName) => named.find(({ name }) => name.text === argumentName)?.value,
          );
          const minutes = minutesOf(argumentText(window) ?? '');
          const seconds = Number(argumentText(interval));
          if (interval === undefined || minutes === undefined || Number.isNaN(seconds)) return [];
          const max = (minutes * 60) / MIN_POINTS;
          if (seconds <= max) return [];
          return [
            {
              path: ['query'],
              span: interval.span,
              message: `Datadog may reject the query: one point every ${seconds} seconds is too few for alert_window ${argumentText(window)}.`,
              hint: `Use an interval of ${max} seconds or less.`,
            },
          ];
        }),
  },
  {
    code: 'threshold_windows',
    severity: 'error',
    summary: '`threshold_windows` of an anomaly monitor is incomplete or invalid.',
    bad: `type: query alert
query: avg(last_4h):anomalies(avg:system.load.1{*}, 'agile', 2, alert_window='last_15m') >= 1
options:
  threshold_windows: {trigger_window: last_15m, recovery_window: ⟦15m⟧}
`,
    good: `type: query alert
query: avg(last_4h):anomalies(avg:system.load.1{*}, 'agile', 2, alert_window='last_15m') >= 1
options:
  threshold_windows: {trigger_window: last_15m, recovery_window: last_15m}
`,
    check: (view) => {
      if (callsOf(view, 'anomalies').length === 0) return [];
      const { thresholdWindows: windows } = view;
      const present = THRESHOLD_WINDOWS.filter((field) => windows[field] != null);
      const [only] = present;
      const violations: Violation[] = present.flatMap((field) => invalidWindow(field, windows[field]));
      if (only === undefined) return windowsMissing(view);
      if (present.length === THRESHOLD_WINDOWS.length) return violations;
      const missing = THRESHOLD_WINDOWS.find((field) => field !== only);
      return [
        ...violations,
        {
          path: ['options', 'threshold_windows'],
          message: `Datadog rejects the monitor: ${only} is set, so ${missing} is required too.`,
          hint: `Add ${missing}, for example ${missing}: last_15m.`,
        },
      ];
    },
  },
  {
    code: 'recovery_window_short',
    severity: 'error',
    summary: 'The recovery window is so short that an anomaly can recover while it continues.',
    bad: `type: query alert
query: avg(last_4h):anomalies(avg:system.load.1{*}, 'agile', 2, alert_window='last_1h') >= 0.5
options:
  thresholds: {critical: 0.5, critical_recovery: 0}
  threshold_windows: {trigger_window: last_1h, recovery_window: ⟦last_15m⟧}
`,
    good: `type: query alert
query: avg(last_4h):anomalies(avg:system.load.1{*}, 'agile', 2, alert_window='last_1h') >= 0.5
options:
  thresholds: {critical: 0.5, critical_recovery: 0}
  threshold_windows: {trigger_window: last_1h, recovery_window: last_1h}
`,
    // Datadog docs, monitors/guide/anomaly-monitor: the anomalous points may all be at the start of the trigger window.
    check: (view) => {
      const { thresholdWindows, thresholds } = view;
      const [trigger, recovery] = ['trigger_window', 'recovery_window'].map((field) =>
        minutesOf(textOf(thresholdWindows[field])),
      );
      const critical = thresholdOf(thresholds, 'critical');
      if (trigger === undefined || recovery === undefined || critical === undefined) return [];
      const min = trigger * (1 - critical) + 1;
      if (recovery >= min || critical > 1 || callsOf(view, 'anomalies').length === 0) return [];
      return [
        {
          path: ['options', 'threshold_windows', 'recovery_window'],
          message: `Datadog rejects the monitor, because it can be in alert and in recovery at once: the anomalous ${critical} of the ${trigger} minutes may all be before the last ${recovery}.`,
          hint: `Use a window of at least ${Math.ceil(min)} minutes.`,
        },
      ];
    },
  },
  {
    code: 'algorithm_setting_unused',
    severity: 'warning',
    summary: 'The selected algorithm ignores a setting.',
    bad: `type: query alert
query: avg(last_4h):anomalies(avg:system.load.1{*}, 'basic', 2, ⟦seasonality⟧='daily') >= 1
`,
    good: `type: query alert
query: avg(last_4h):anomalies(avg:system.load.1{*}, 'agile', 2, seasonality='daily') >= 1
`,
    check: (view) =>
      [ANOMALIES, FORECAST].values().flatMap((signature) =>
        callsOf(view, signature.name)
          .values()
          .flatMap((call) => ignoredSettings(call, signature)),
      ),
  },
];

/** Reports an alert window without threshold windows: "alert window query arg must match trigger window monitor option". */
function windowsMissing(view: MonitorView): Violation[] {
  const alertWindow = callsOf(view, 'anomalies')
    .map(alertWindowOf)
    .find((window) => window !== undefined);
  if (alertWindow === undefined || !view.wholeOptions) return [];
  const windows = { trigger_window: alertWindow.text, recovery_window: alertWindow.text };
  return [
    {
      path: ['query'],
      span: alertWindow.span,
      message: `Datadog rejects the monitor: alert_window is ${alertWindow.text}, so threshold_windows.trigger_window must be ${alertWindow.text} too.`,
      hint: 'Add threshold_windows with trigger_window and recovery_window.',
      fix: { title: 'Add threshold_windows', edits: setOption(view.monitor, 'threshold_windows', windows) },
    },
  ];
}

/** Reports an alert window that is longer than the evaluation window. */
function alertWindowTooLong({ parsed: { query } }: MonitorView, call: Call): Violation[] {
  const alertWindow = alertWindowOf(call);
  const evaluationWindow = query.kind === 'metric' ? argumentText(query.evaluation.args[0]) : undefined;
  const [alertMinutes = 0, evaluationMinutes = Infinity] = [alertWindow?.text, evaluationWindow].map((text) =>
    minutesOf(text ?? ''),
  );
  if (alertWindow === undefined || alertMinutes <= evaluationMinutes) return [];
  return [
    {
      path: ['query'],
      span: alertWindow.span,
      message: `Datadog rejects the query: alert_window ${alertWindow.text} is longer than the evaluation window ${evaluationWindow}.`,
      hint: `Use an evaluation window about five times as long as ${alertWindow.text}.`,
    },
  ];
}

/** Reports a trigger window that differs from the alert window: Datadog docs, monitors/guide/anomaly-monitor. */
function triggerWindowDiffers({ thresholdWindows }: MonitorView, call: Call): Violation[] {
  const alertWindow = alertWindowOf(call);
  const trigger = thresholdWindows['trigger_window'];
  if (
    alertWindow === undefined ||
    typeof trigger !== 'string' ||
    minutesOf(trigger) === minutesOf(alertWindow.text)
  )
    return [];
  const path = ['options', 'threshold_windows', 'trigger_window'];
  return [
    {
      path,
      message: `Datadog rejects the monitor: trigger_window is ${trigger}, but alert_window in the query is ${alertWindow.text}.`,
      hint: `Use ${alertWindow.text} here, or ${trigger} in the query.`,
      fix: {
        title: `Change to ${alertWindow.text}, as in the query`,
        edits: [{ path, value: alertWindow.text }],
      },
    },
  ];
}

function alertWindowOf({ args }: Call) {
  for (const argument of args) {
    if (argument.kind !== 'named' || argument.name.text !== 'alert_window') continue;
    const text = argumentText(argument.value);
    return text === undefined || minutesOf(text) === undefined
      ? undefined
      : { text, span: argument.value.span };
  }
  return undefined;
}

function invalidWindow(field: string, value: Json | undefined): Violation[] {
  if (typeof value === 'string' && WINDOW_PATTERN.test(value) && minutesOf(value) !== 0) return [];
  return [
    {
      path: ['options', 'threshold_windows', field],
      message: `Datadog rejects the monitor: ${field} is not a valid window.`,
      hint: 'Use a window such as last_15m.',
    },
  ];
}
