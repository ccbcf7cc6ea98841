import type { MonitorRule } from '../monitor-rule.ts';
import { comparisonOf, thresholdOf } from '../thresholds.ts';

/** The warning would come after the alert, or with it. */
export const warningBeyondCritical: MonitorRule = {
  code: 'warning_beyond_critical',
  severity: 'error',
  check: ({ parsed: { query }, thresholds }) => {
    const operator = comparisonOf(query)?.operator.text;
    const [critical, warning] = [thresholdOf(thresholds, 'critical'), thresholdOf(thresholds, 'warning')];
    if (operator === undefined || critical === undefined || warning === undefined) return [];
    const above = operator.startsWith('>');
    if (!above && !operator.startsWith('<')) return [];
    if (above ? warning < critical : warning > critical) return [];
    return [
      {
        path: ['options', 'thresholds', 'warning'],
        message: `Datadog refuses the monitor: with ${operator} a warning at ${warning} would not come before the alert at ${critical}.`,
        hint: `Write a number ${above ? 'below' : 'above'} ${critical}.`,
      },
    ];
  },
};
