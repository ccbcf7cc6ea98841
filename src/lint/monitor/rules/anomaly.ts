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
        takes: "a window, as in 'last_15m'",
      },
    ],
    ['interval', { fits: (text: string) => Number(text) > 0, takes: 'seconds, as in 60' }],
    ['count_default_zero', oneOf('true', 'false')],
    ['seasonality', { ...oneOf('hourly', 'daily', 'weekly'), of: ['agile', 'robust'] }],
    ['timezone', { fits: (text: string) => text.trim() !== '', takes: "a time zone, as in 'utc'" }],
  ]),
};

/** A window holds at least so many points: docs, monitors/guide/anomaly-monitor. */
const LEAST_POINTS = 5;

const MEMBERS = ['trigger_window', 'recovery_window'] as const;

/** From 15 minutes to a day in the app; others are stored: docs, monitors/types/anomaly. */
const PATTERN = /^last_\d+(?:m|h|d)$/;

/** Anomaly monitors and their threshold windows. */
export const ANOMALY_RULES: readonly MonitorRule[] = [
  {
    code: 'anomaly_arguments',
    severity: 'error',
    summary: 'Anomalies are looked for in a way that there is not.',
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
    summary: 'Anomalies are told from another window than the query looks at.',
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
    summary: 'Too few points lie in the window in which anomalies are told.',
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
          const max = (minutes * 60) / LEAST_POINTS;
          if (seconds <= max) return [];
          return [
            {
              path: ['query'],
              span: interval.span,
              message: `Datadog may refuse the query: a point every ${seconds} seconds is too seldom for ${argumentText(window)}.`,
              hint: `Write ${max} or less.`,
            },
          ];
        }),
  },
  {
    code: 'threshold_windows',
    severity: 'error',
    summary: 'The windows of an anomaly are half said, or none.',
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
          message: `Datadog refuses the monitor: ${missing} is missing beside ${only}.`,
          hint: `Add ${missing}, as in ${missing}: last_15m.`,
        },
      ];
    },
  },
  {
    code: 'recovery_window_short',
    severity: 'warning',
    summary: 'An anomaly is over before it could have been told.',
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
    // Docs, monitors/guide/anomaly-monitor: the points that alert may stand at the begin of the trigger window.
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
          message: `The alert can end while the anomaly goes on: ${critical} of ${trigger} minutes may lie before these ${recovery}.`,
          hint: `Write a window of at least ${Math.ceil(min)} minutes.`,
        },
      ];
    },
  },
  {
    code: 'algorithm_setting_unused',
    severity: 'warning',
    summary: 'An algorithm is told something that it does not listen to.',
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

/** The window in which points are told apart lies within the one that is looked at. */
function outside({ parsed: { query } }: MonitorView, call: Call): Hit[] {
  const alert = windowOf(call);
  const outer = query.kind === 'metric' ? argumentText(query.evaluation.args[0]) : undefined;
  const [inside = 0, all = Infinity] = [alert?.text, outer].map((text) => minutesOf(text ?? ''));
  if (alert === undefined || inside <= all) return [];
  return [
    {
      path: ['query'],
      span: alert.span,
      message: `Datadog refuses the query: it looks at ${outer}, and is to alert on ${alert.text} of it.`,
      hint: `Write a window before the colon that is about five times as long as ${alert.text}.`,
    },
  ];
}

/** Docs, monitors/guide/anomaly-monitor: the trigger window is the alert window. */
function differs({ thresholdWindows }: MonitorView, call: Call): Hit[] {
  const alert = windowOf(call);
  const trigger = thresholdWindows['trigger_window'];
  if (alert === undefined || typeof trigger !== 'string' || minutesOf(trigger) === minutesOf(alert.text))
    return [];
  const path = ['options', 'threshold_windows', 'trigger_window'];
  return [
    {
      path,
      message: `Datadog refuses the monitor: the query alerts on ${alert.text}, and this says ${trigger}.`,
      hint: `Write ${alert.text} here, or ${trigger} in the query.`,
      fix: { title: `Write ${alert.text}, as in the query`, edits: [{ path, value: alert.text }] },
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
      message: `Datadog refuses the monitor: ${member} is no window.`,
      hint: 'Write it as in last_15m.',
    },
  ];
}
