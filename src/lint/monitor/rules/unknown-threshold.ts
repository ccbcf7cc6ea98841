import { nearest } from '../../nearest.ts';
import type { MonitorRule } from '../monitor-view.ts';
import { moveMember } from '../option-values.ts';
import { NUMERIC_THRESHOLDS } from '../thresholds.ts';

const KNOWN: readonly string[] = [...NUMERIC_THRESHOLDS, 'critical_query', 'critical_recovery_query'];
/** What Datadog's own app leaves beside the thresholds. */
const LEFT_BY_APP: readonly string[] = ['comparison', 'period', 'timeAggregator'];
/** What others call them. */
const ALSO_CALLED: ReadonlyMap<string, string> = new Map([
  ['crit', 'critical'],
  ['alert', 'critical'],
  ['error', 'critical'],
  ['warn', 'warning'],
  ['alert_recovery', 'critical_recovery'],
  ['recovery', 'critical_recovery'],
  ['warn_recovery', 'warning_recovery'],
]);

export const unknownThreshold: MonitorRule = {
  code: 'unknown_threshold',
  severity: 'warning',
  summary: 'There is no threshold of this name.',
  bad: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
options:
  thresholds: {critical: 2, warn: ⟦1⟧}
`,
  good: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
options:
  thresholds: {critical: 2, warning: 1}
`,
  check: ({ monitor, thresholds }) =>
    Object.keys(thresholds)
      .values()
      .filter((name) => !KNOWN.includes(name) && !LEFT_BY_APP.includes(name))
      .map((name) => {
        const path = ['options', 'thresholds', name];
        const meant = ALSO_CALLED.get(name.toLowerCase()) ?? nearest(name, KNOWN);
        const fix =
          meant === undefined
            ? undefined
            : moveMember(monitor, path, ['options', 'thresholds', meant], `Call it ${meant}`);
        return {
          path,
          message: `Datadog has no threshold "${name}": nothing will be told when it is passed.`,
          hint: meant === undefined ? `Known are ${KNOWN.join(', ')}.` : `Did you mean ${meant}?`,
          ...(fix === undefined ? {} : { fix }),
        };
      }),
};
