import { textOf } from '../../../domain/json.ts';
import { callsOf } from '../algorithms.ts';
import type { MonitorRule } from '../monitor-view.ts';
import { minutesOf } from '../query-windows.ts';
import { thresholdOf } from '../thresholds.ts';

export const recoveryWindowShort: MonitorRule = {
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
    const least = trigger * (1 - critical) + 1;
    if (recovery >= least || critical > 1 || callsOf(view, 'anomalies').length === 0) return [];
    return [
      {
        path: ['options', 'threshold_windows', 'recovery_window'],
        message: `The alert can end while the anomaly goes on: ${critical} of ${trigger} minutes may lie before these ${recovery}.`,
        hint: `Write a window of at least ${Math.ceil(least)} minutes.`,
      },
    ];
  },
};
