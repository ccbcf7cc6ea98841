import type { MonitorRule } from '../monitor-view.ts';
import { comparisonOf, thresholdOf } from '../thresholds.ts';

export const warningBeyondCritical: MonitorRule = {
  code: 'warning_beyond_critical',
  severity: 'error',
  summary: 'The warning would come after the alert, or with it.',
  bad: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
options:
  thresholds: {critical: 2, warning: ⟦5⟧}
`,
  good: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
options:
  thresholds: {critical: 2, warning: 1}
`,
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
