import type { MonitorRule } from '../monitor-view.ts';
import { numericOf } from '../option-values.ts';

export const invalidPriority: MonitorRule = {
  code: 'invalid_priority',
  severity: 'error',
  summary: 'The priority is none of the five.',
  bad: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
priority: ⟦6⟧
`,
  good: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
priority: 5
`,
  check: ({ monitor: { priority } }) => {
    if (priority == null) return [];
    const number = numericOf(priority);
    if (number !== undefined && Number.isInteger(number) && number >= 0 && number <= 5) return [];
    const [, digit] = (typeof priority === 'string' ? /^p([1-5])$/i.exec(priority.trim()) : null) ?? [];
    return [
      {
        path: ['priority'],
        message: 'Datadog refuses the monitor: a priority is 1 (highest) to 5, or null.',
        ...(digit === undefined
          ? {}
          : {
              hint: `Write ${digit}.`,
              fix: { title: `Write ${digit}`, edits: [{ path: ['priority'], value: Number(digit) }] },
            }),
      },
    ];
  },
};
