import type { MonitorRule } from '../monitor-view.ts';
import { comparisonOf } from '../thresholds.ts';

export const thresholdQueryMissing: MonitorRule = {
  code: 'threshold_query_missing',
  severity: 'error',
  summary: 'The query compares with another query that is not there.',
  bad: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > ⟦threshold⟧
`,
  good: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > threshold
options:
  thresholds: {critical_query: "avg:system.load.15{*} * 2"}
`,
  check: ({ parsed: { query, faults }, thresholds }) => {
    const limit = comparisonOf(query)?.limit;
    if (limit?.kind !== 'word' || limit.text !== 'threshold' || faults.length > 0) return [];
    if (thresholds['critical_query'] != null) return [];
    return [
      {
        path: ['query'],
        span: limit.span,
        message:
          'Datadog refuses the monitor: the query compares with a threshold, and no option says which.',
        hint: 'Write a number here, or add critical_query to the thresholds.',
      },
    ];
  },
};
