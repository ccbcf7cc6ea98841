import { callsOf } from '../algorithms.ts';
import { argumentText } from '../argument-text.ts';
import type { MonitorRule } from '../monitor-view.ts';
import { minutesOf } from '../query-windows.ts';

/** A window holds at least so many points: docs, monitors/guide/anomaly-monitor. */
const LEAST_POINTS = 5;

export const anomalyInterval: MonitorRule = {
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
        const most = (minutes * 60) / LEAST_POINTS;
        if (seconds <= most) return [];
        return [
          {
            path: ['query'],
            span: interval.span,
            message: `Datadog may refuse the query: a point every ${seconds} seconds is too seldom for ${argumentText(window)}.`,
            hint: `Write ${most} or less.`,
          },
        ];
      }),
};
