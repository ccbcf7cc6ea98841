import { type Json, textOf } from '../../../domain/json.ts';
import type { Call } from '../../../language/query/syntax.ts';
import { algorithmFaults, type AlgorithmForm, callsOf, idleSettings, oneOf } from '../algorithms.ts';
import { argumentText } from '../argument-text.ts';
import type { MonitorRule, MonitorView } from '../monitor-view.ts';
import { minutesOf } from '../query-windows.ts';
import { FORECAST } from './outlier-and-forecast.ts';
import { thresholdOf } from '../thresholds.ts';
import type { Hit } from '../../rule.ts';

/** Docs, monitors/types/anomaly, section API. */
const ANOMALIES: AlgorithmForm = {
  name: 'anomalies',
  algorithms: ['basic', 'agile', 'robust'],
  numbers: [1, 1, 0],
  example: "anomalies(avg:system.load.1{*}, 'agile', 2, direction='both')",
  settings: new Map([
    ['direction', oneOf('above', 'below', 'both')],
    [
      'alert_window',
      {
        fits: (text: string) => text.startsWith('last_') && (minutesOf(text) ?? 0) > 0,
        takes: "a window, for example 'last_15m'",
      },
    ],
    ['interval', { fits: (text: string) => Number(text) > 0, takes: 'seconds, for example 60' }],
    ['count_default_zero', oneOf('true', 'false')],
    ['seasonality', { ...oneOf('hourly', 'daily', 'weekly'), of: ['agile', 'robust'] }],
    ['timezone', { fits: (text: string) => text.trim() !== '', takes: "a time zone, for example 'utc'" }],
  ]),
};

/** The minimum number of points in an alert window: docs, monitors/guide/anomaly-monitor. */
const MIN_POINTS = 5;

const MEMBERS = ['trigger_window', 'recovery_window'] as const;

/** The app offers 15 minutes to 1 day, and Datadog stores other lengths: docs, monitors/types/anomaly. */
const PATTERN = /^last_\d+(?:m|h|d)$/;

/** Anomaly monitors and their threshold windows. */
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
        .flatMap((call) => algorithmFaults(call, ANOMALIES)),
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
        .flatMap((call) => [...outside(view, call), ...differs(view, call)]),
  },
  {
    code: 'anomaly_interval',
    severity: 'warning',
    summary: 'The alert window of `anomalies()` contains too few points.',
    bad: `type: query alert
query: avg(last_4h):anomalies(avg:system.load.1{*}, 'agile', 2, alert_window='last_15m', interval=⟦600⟧) >= 1
`,
    good: `type: query alert
query: avg(last_4h):anomalies(avg:system.load.1{*}, 'agile', 2, alert_window='last_15m', interval=60) >= 1
`,
    check: (view) =>
      callsOf(view, 'anomalies')
        .values()
        .flatMap(({ args }) => {
          const named = args.filter((argument) => argument.kind === 'named');
          const [window, interval] = ['alert_window', 'interval'].map(
            (called) => named.find(({ name }) => name.text === called)?.value,
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
      const given = MEMBERS.filter((member) => windows[member] != null);
      const [only] = given;
      const hits: Hit[] = given.flatMap((member) => malformed(member, windows[member]));
      if (only === undefined || given.length === MEMBERS.length) return hits;
      const missing = MEMBERS.find((member) => member !== only);
      return [
        ...hits,
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
    severity: 'warning',
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
    // Docs, monitors/guide/anomaly-monitor: the anomalous points may all be at the start of the trigger window.
    check: (view) => {
      const { thresholdWindows, thresholds } = view;
      const [trigger, recovery] = ['trigger_window', 'recovery_window'].map((member) =>
        minutesOf(textOf(thresholdWindows[member])),
      );
      const critical = thresholdOf(thresholds, 'critical');
      if (trigger === undefined || recovery === undefined || critical === undefined) return [];
      const min = trigger * (1 - critical) + 1;
      if (recovery >= min || critical > 1 || callsOf(view, 'anomalies').length === 0) return [];
      return [
        {
          path: ['options', 'threshold_windows', 'recovery_window'],
          message: `The alert can recover while the anomaly continues: the anomalous ${critical} of the ${trigger} minutes may all be before the last ${recovery}.`,
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
      [ANOMALIES, FORECAST].values().flatMap((form) =>
        callsOf(view, form.name)
          .values()
          .flatMap((call) => idleSettings(call, form)),
      ),
  },
];

/** Reports an alert window that is longer than the evaluation window. */
function outside({ parsed: { query } }: MonitorView, call: Call): Hit[] {
  const alert = windowOf(call);
  const outer = query.kind === 'metric' ? argumentText(query.evaluation.args[0]) : undefined;
  const [inside = 0, all = Infinity] = [alert?.text, outer].map((text) => minutesOf(text ?? ''));
  if (alert === undefined || inside <= all) return [];
  return [
    {
      path: ['query'],
      span: alert.span,
      message: `Datadog rejects the query: alert_window ${alert.text} is longer than the evaluation window ${outer}.`,
      hint: `Use an evaluation window about five times as long as ${alert.text}.`,
    },
  ];
}

/** Reports a trigger window that differs from the alert window: docs, monitors/guide/anomaly-monitor. */
function differs({ thresholdWindows }: MonitorView, call: Call): Hit[] {
  const alert = windowOf(call);
  const trigger = thresholdWindows['trigger_window'];
  if (alert === undefined || typeof trigger !== 'string' || minutesOf(trigger) === minutesOf(alert.text))
    return [];
  const path = ['options', 'threshold_windows', 'trigger_window'];
  return [
    {
      path,
      message: `Datadog rejects the monitor: trigger_window is ${trigger}, but alert_window in the query is ${alert.text}.`,
      hint: `Use ${alert.text} here, or ${trigger} in the query.`,
      fix: { title: `Change to ${alert.text}, as in the query`, edits: [{ path, value: alert.text }] },
    },
  ];
}

function windowOf({ args }: Call) {
  for (const argument of args) {
    if (argument.kind !== 'named' || argument.name.text !== 'alert_window') continue;
    const text = argumentText(argument.value);
    return text === undefined || minutesOf(text) === undefined
      ? undefined
      : { text, span: argument.value.span };
  }
  return undefined;
}

function malformed(member: string, value: Json | undefined): Hit[] {
  if (typeof value === 'string' && PATTERN.test(value) && minutesOf(value) !== 0) return [];
  return [
    {
      path: ['options', 'threshold_windows', member],
      message: `Datadog rejects the monitor: ${member} is not a valid window.`,
      hint: 'Use a window such as last_15m.',
    },
  ];
}
