import type { MonitorRule } from '../monitor-view.ts';

export const metricMissing: MonitorRule = {
  code: 'metric_missing',
  severity: 'error',
  summary: 'The query looks at no metric.',
  bad: `type: query alert
query: avg(last_5m):⟦system_load⟧ > 1
`,
  good: `type: query alert
query: avg(last_5m):avg:system_load{*} > 1
`,
  check: ({ parsed: { query, faults }, series }) => {
    if (query.kind !== 'metric' || faults.length > 0 || series.length > 0) return [];
    return [
      {
        path: ['query'],
        span: query.expression.span,
        message: 'Datadog refuses the query: there is no metric in it.',
        hint: 'Metrics are written as in avg:system.load.1{*}, with an aggregator and a scope.',
      },
    ];
  },
};
