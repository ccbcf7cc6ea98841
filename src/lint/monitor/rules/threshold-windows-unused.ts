import { callsOf } from '../algorithms.ts';
import type { MonitorRule } from '../monitor-view.ts';
import { withoutOptions } from '../option-values.ts';

export const thresholdWindowsUnused: MonitorRule = {
  code: 'threshold_windows_unused',
  severity: 'warning',
  summary: 'Windows of an anomaly are said where no anomaly is looked for.',
  bad: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 1
options:
  threshold_windows: ⟦{trigger_window: last_15m, recovery_window: last_15m}⟧
`,
  good: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 1
`,
  check: (view) => {
    const { whole, parsed, thresholdWindows } = view;
    const said = Object.values(thresholdWindows).some((window) => window != null);
    if (!whole || !said || parsed.faults.length > 0 || parsed.query.kind === 'opaque') return [];
    if (callsOf(view, 'anomalies').length > 0) return [];
    return [
      {
        path: ['options', 'threshold_windows'],
        message: 'These windows do nothing, or Datadog refuses them: the query looks for no anomalies.',
        hint: 'Leave them out.',
        fix: withoutOptions('threshold_windows'),
      },
    ];
  },
};
