import type { MonitorRule } from '../monitor-view.ts';

export const metricAlertType: MonitorRule = {
  code: 'metric_alert_type',
  severity: 'warning',
  summary: 'The type is the older name of query alert.',
  bad: `type: ⟦metric alert⟧
query: avg(last_5m):avg:system.load.1{*} > 2
`,
  good: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
`,
  check: ({ type, parsed }) =>
    type === 'metric alert' && parsed.query.kind === 'metric'
      ? [
          {
            path: ['type'],
            message:
              'Datadog takes both names for one type and answers with either: who searches for one of them does not find the other.',
            hint: 'Write query alert; a monitor that exists keeps its id.',
            fix: { title: 'Write query alert', edits: [{ path: ['type'], value: 'query alert' }] },
          },
        ]
      : [],
};
