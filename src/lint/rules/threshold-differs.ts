import type { MonitorRule } from '../monitor-rule.ts';
import { comparisonOf, thresholdOf } from '../thresholds.ts';

/** The critical threshold is another number than the query compares with. */
export const thresholdDiffers: MonitorRule = {
  code: 'threshold_differs',
  severity: 'error',
  check: ({ parsed: { query }, thresholds }) => {
    const limit = comparisonOf(query)?.limit;
    const critical = thresholdOf(thresholds, 'critical');
    if (limit?.kind !== 'number' || critical === undefined || critical === Number(limit.text)) return [];
    return [
      {
        path: ['options', 'thresholds', 'critical'],
        message: `Datadog refuses the monitor: the query compares with ${limit.text}, and the critical threshold is ${critical}.`,
        hint: `Write ${limit.text} here, or ${critical} in the query.`,
      },
    ];
  },
};
