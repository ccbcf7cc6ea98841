import type { MonitorRule } from '../monitor-view.ts';

export const nameEmpty: MonitorRule = {
  code: 'name_empty',
  severity: 'warning',
  summary: 'The name is there, and empty.',
  bad: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
name: ⟦""⟧
`,
  good: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
name: Load is high
`,
  check: ({ monitor: { name } }) =>
    typeof name === 'string' && name.trim() === ''
      ? [
          {
            path: ['name'],
            message: 'Nobody can tell which monitor alerts: the name is what a notification begins with.',
            hint: 'Say in a few words what is wrong when it alerts.',
          },
        ]
      : [],
};
