import { toNumber } from '../../domain/json.ts';
import type { MonitorRule } from '../monitor-rule.ts';

/** The critical threshold is another number than the query compares with. */
export const thresholdDiffers: MonitorRule = {
  code: 'threshold_differs',
  severity: 'error',
  check: ({ parsed: { query }, thresholds }) => {
    const limit = 'comparison' in query ? query.comparison?.limit : undefined;
    const critical = thresholds['critical'];
    const wanted = typeof critical === 'string' ? Number(critical) : toNumber(critical);
    if (limit?.kind !== 'number' || wanted === undefined || wanted === Number(limit.text)) return [];
    return [
      {
        path: ['options', 'thresholds', 'critical'],
        message: `Datadog refuses the monitor: the query compares with ${limit.text}, and the critical threshold is ${wanted}.`,
        hint: `Write ${limit.text} here, or ${wanted} in the query.`,
      },
    ];
  },
};
