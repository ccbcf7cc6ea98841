import type { MonitorRule } from '../monitor-view.ts';
import { comparisonOf, thresholdOf } from '../thresholds.ts';

export const warningWithoutDirection: MonitorRule = {
  code: 'warning_without_direction',
  severity: 'warning',
  summary: 'A query that compares with == or != warns of one value more, not of coming near.',
  bad: `type: query alert
query: avg(last_5m):avg:web.replicas{*} == 0
options:
  thresholds: {critical: 0, warning: ⟦1⟧}
`,
  good: `type: query alert
query: avg(last_5m):avg:web.replicas{*} <= 0
options:
  thresholds: {critical: 0, warning: 1}
`,
  check: ({ parsed: { query }, thresholds }) => {
    const operator = comparisonOf(query)?.operator.text;
    const warning = thresholdOf(thresholds, 'warning');
    if (warning === undefined || (operator !== '==' && operator !== '!=')) return [];
    const other = operator === '==' ? 'exactly' : 'any value but';
    return [
      {
        path: ['options', 'thresholds', 'warning'],
        message: `The query compares with ${operator}: the monitor warns at ${other} ${warning}, not on the way to an alert.`,
        hint: 'Compare with >, >=, < or <=, or take the warning out.',
      },
    ];
  },
};
