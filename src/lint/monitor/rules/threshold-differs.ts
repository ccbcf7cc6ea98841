import type { MonitorRule } from '../monitor-view.ts';
import { comparisonOf, thresholdOf } from '../thresholds.ts';

export const thresholdDiffers: MonitorRule = {
  code: 'threshold_differs',
  severity: 'error',
  summary: 'The query and the critical threshold say different things.',
  bad: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 200
options:
  thresholds: {critical: ⟦90⟧}
`,
  good: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 200
options:
  thresholds: {critical: 200}
`,
  check: ({ parsed: { query }, thresholds }) => {
    const limit = comparisonOf(query)?.limit;
    const critical = thresholdOf(thresholds, 'critical');
    if (limit?.kind !== 'number' || critical === undefined || critical === Number(limit.text)) return [];
    return [
      {
        path: ['options', 'thresholds', 'critical'],
        message: `Datadog refuses the monitor: the query compares with ${limit.text}, and the critical threshold is ${critical}.`,
        hint: `Write ${limit.text} here, or ${critical} in the query.`,
        fix: {
          title: `Write ${limit.text}, as in the query`,
          edits: [{ path: ['options', 'thresholds', 'critical'], value: Number(limit.text) }],
        },
      },
    ];
  },
};
