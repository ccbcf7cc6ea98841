import type { MonitorRule } from '../monitor-view.ts';
import { comparisonOf } from '../thresholds.ts';

export const criticalMissing: MonitorRule = {
  code: 'critical_missing',
  severity: 'error',
  summary: 'There are thresholds, and none of them is the critical one.',
  bad: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
options:
  thresholds: ⟦{warning: 1}⟧
`,
  good: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
options:
  thresholds: {critical: 2, warning: 1}
`,
  check: ({ parsed: { query }, thresholds }) => {
    const limit = comparisonOf(query)?.limit;
    const named = Object.keys(thresholds);
    if (limit?.kind !== 'number' || named.length === 0) return [];
    if (named.some((name) => name === 'critical' || name === 'critical_query')) return [];
    return [
      {
        path: ['options', 'thresholds'],
        message: 'Datadog refuses thresholds without a critical one.',
        hint: `Add critical: ${limit.text}, which is what the query compares with.`,
        fix: {
          title: `Add critical: ${limit.text}`,
          edits: [{ path: ['options', 'thresholds', 'critical'], value: Number(limit.text) }],
        },
      },
    ];
  },
};
