import type { Call } from '../../../language/query/syntax.ts';
import type { Hit } from '../../rule.ts';
import { callsOf } from '../algorithms.ts';
import { argumentText } from '../argument-text.ts';
import type { MonitorRule, MonitorView } from '../monitor-view.ts';
import { minutesOf } from '../query-windows.ts';

export const anomalyWindow: MonitorRule = {
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
};

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
