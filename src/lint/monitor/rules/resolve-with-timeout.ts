import type { MonitorRule } from '../monitor-view.ts';
import { isOn, withoutOptions } from '../option-values.ts';

export const resolveWithTimeout: MonitorRule = {
  code: 'resolve_with_timeout',
  severity: 'error',
  summary: 'Missing data resolves the monitor at once, and after some hours too.',
  bad: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
options: {on_missing_data: resolve, timeout_h: ⟦2⟧}
`,
  good: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
options: {on_missing_data: resolve}
`,
  check: ({ options }) =>
    options['on_missing_data'] === 'resolve' && isOn(options['timeout_h'])
      ? [
          {
            path: ['options', 'timeout_h'],
            message: 'Datadog refuses timeout_h beside on_missing_data: resolve, which resolves at once.',
            hint: 'Leave timeout_h out, or choose another on_missing_data.',
            fix: withoutOptions('timeout_h'),
          },
        ]
      : [],
};
