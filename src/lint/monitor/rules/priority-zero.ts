import type { MonitorRule } from '../monitor-view.ts';
import { numericOf } from '../option-values.ts';

export const priorityZero: MonitorRule = {
  code: 'priority_zero',
  severity: 'warning',
  summary: 'The priority is 0, which is none.',
  bad: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
priority: ⟦0⟧
`,
  good: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
priority: 1
`,
  check: ({ monitor: { priority } }) =>
    numericOf(priority) === 0
      ? [
          {
            path: ['priority'],
            message: 'The monitor gets no priority: Datadog stores 0 as null.',
            hint: 'Write 1 for the highest, or leave it out for none.',
            fix: { title: 'Leave priority out', edits: [{ path: ['priority'], remove: true }] },
          },
        ]
      : [],
};
