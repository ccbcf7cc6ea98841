import type { MonitorRule } from '../monitor-view.ts';
import { withoutThreshold } from '../option-values.ts';

export const recoveryWithoutLimit: MonitorRule = {
  code: 'recovery_without_limit',
  severity: 'error',
  summary: 'A warning would recover that can never be given.',
  bad: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
options:
  thresholds: {critical: 2, warning_recovery: ⟦1⟧}
`,
  good: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
options:
  thresholds: {critical: 2, warning: 1.5, warning_recovery: 1}
`,
  check: ({ thresholds: { warning, warning_recovery: recovery } }) =>
    recovery == null || warning != null
      ? []
      : [
          {
            path: ['options', 'thresholds', 'warning_recovery'],
            message: 'Datadog refuses a warning_recovery threshold where there is no warning threshold.',
            hint: 'Add the warning threshold, or take this one out.',
            fix: withoutThreshold('warning_recovery'),
          },
        ],
};
