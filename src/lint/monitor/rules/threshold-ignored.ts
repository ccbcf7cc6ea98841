import type { MonitorRule } from '../monitor-view.ts';
import { withoutThreshold } from '../option-values.ts';

const OF_CHECKS: readonly string[] = ['ok', 'unknown'];

export const thresholdIgnored: MonitorRule = {
  code: 'threshold_ignored',
  severity: 'warning',
  summary: 'A threshold does nothing for this type of monitor.',
  bad: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
options:
  thresholds: {critical: 2, ok: ⟦1⟧}
`,
  good: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
options:
  thresholds: {critical: 2, critical_recovery: 1}
`,
  check: ({ whole, type, thresholds }) => {
    if (!whole || type === 'service check') return [];
    const set = Object.keys(thresholds).filter((name) => thresholds[name] !== null);
    return set
      .filter((name) => type === 'composite' || OF_CHECKS.includes(name))
      .map((name) => ({
        path: ['options', 'thresholds', name],
        message:
          type === 'composite'
            ? 'A composite monitor has no thresholds of its own: this one does nothing.'
            : `Only service checks have the threshold "${name}": here it does nothing.`,
        hint:
          type === 'composite'
            ? 'Set it in the monitors that this one is made of.'
            : 'To say when the alert is over, use critical_recovery.',
        fix: withoutThreshold(name),
      }));
  },
};
