import type { MonitorRule } from '../monitor-view.ts';
import { comparisonOf, thresholdOf } from '../thresholds.ts';

/** Whether a value at the recovery threshold still alerts. */
const OVERLAPS: ReadonlyMap<string, (limit: number, recovery: number) => boolean> = new Map<
  string,
  (limit: number, recovery: number) => boolean
>([
  ['>', (limit, recovery) => recovery > limit],
  ['>=', (limit, recovery) => recovery >= limit],
  ['<', (limit, recovery) => recovery < limit],
  ['<=', (limit, recovery) => recovery <= limit],
]);

export const recoveryOverlaps: MonitorRule = {
  code: 'recovery_overlaps',
  severity: 'error',
  summary: 'A value could alert and recover at once.',
  bad: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
options:
  thresholds: {critical: 2, critical_recovery: ⟦3⟧}
`,
  good: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
options:
  thresholds: {critical: 2, critical_recovery: 1}
`,
  check: ({ parsed: { query }, thresholds }) => {
    const operator = comparisonOf(query)?.operator.text ?? '';
    return ['critical', 'warning'].flatMap((name) => {
      const [limit, recovery] = [thresholdOf(thresholds, name), thresholdOf(thresholds, `${name}_recovery`)];
      if (limit === undefined || recovery === undefined || !OVERLAPS.get(operator)?.(limit, recovery))
        return [];
      return [
        {
          path: ['options', 'thresholds', `${name}_recovery`],
          message: `Datadog refuses the monitor: a value of ${recovery} would be ${name} (${operator} ${limit}) and recovered at once.`,
          hint: `Write a number ${operator.startsWith('>') ? 'below' : 'above'} ${limit}.`,
        },
      ];
    });
  },
};
