import type { MonitorRule } from '../monitor-view.ts';

export const blankBeforeName: MonitorRule = {
  code: 'blank_before_name',
  severity: 'warning',
  summary: 'The name begins with a blank.',
  bad: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
name: ⟦" Load is high"⟧
`,
  good: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
name: Load is high
`,
  check: ({ monitor: { name } }) => {
    if (typeof name !== 'string' || name.trimStart() === name || name.trim() === '') return [];
    return [
      {
        path: ['name'],
        message: 'The name begins with a blank: lists of monitors show it before all others.',
        hint: 'Take the blank out.',
        fix: { title: 'Take the blank out', edits: [{ path: ['name'], value: name.trim() }] },
      },
    ];
  },
};
