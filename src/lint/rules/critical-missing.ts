import type { MonitorRule } from '../monitor-rule.ts';
import { comparisonOf } from '../thresholds.ts';

/** There are thresholds, and none of them is the critical one. */
export const criticalMissing: MonitorRule = {
  code: 'critical_missing',
  severity: 'error',
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
      },
    ];
  },
};
