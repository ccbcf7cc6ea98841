import type { MonitorRule } from '../monitor-view.ts';
import { NUMERIC_THRESHOLDS, thresholdOf } from '../thresholds.ts';

export const thresholdNotNumeric: MonitorRule = {
  code: 'threshold_not_numeric',
  severity: 'error',
  summary: 'A threshold is no number.',
  bad: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
options:
  thresholds: {critical: 2, warning: ⟦one⟧}
`,
  good: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
options:
  thresholds: {critical: 2, warning: 1}
`,
  check: ({ thresholds }) =>
    NUMERIC_THRESHOLDS.filter(
      (name) => thresholds[name] != null && thresholdOf(thresholds, name) === undefined,
    ).map((name) => ({
      path: ['options', 'thresholds', name],
      message: `Datadog refuses the monitor: its ${name} threshold is no number.`,
      hint: 'Write a number alone, without a unit, as in 0.5.',
    })),
};
