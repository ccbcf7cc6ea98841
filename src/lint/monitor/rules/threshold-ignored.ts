import { MONITOR_TYPES } from '../monitor-types.ts';
import type { MonitorRule } from '../monitor-view.ts';
import { withoutThreshold } from '../option-values.ts';
import { NUMERIC_THRESHOLDS } from '../thresholds.ts';

interface Reason {
  readonly of: (name: string) => boolean;
  readonly message: string;
  readonly hint: string;
}

/** Thresholds that say nothing for a type: spec v1, MonitorThresholds. */
const REASONS: ReadonlyMap<string, Reason> = new Map([
  [
    'composite',
    {
      of: (name: string) => NUMERIC_THRESHOLDS.includes(name),
      message: 'A composite monitor has no thresholds of its own: this one does nothing.',
      hint: 'Set it in the monitors that this one is made of.',
    },
  ],
  [
    'service check',
    {
      of: (name: string) => name === 'critical_recovery' || name === 'warning_recovery',
      message: 'A service check recovers after as many good results as ok says: this threshold does nothing.',
      hint: 'Set ok instead.',
    },
  ],
]);
const ELSEWHERE: Reason = {
  of: (name) => name === 'ok' || name === 'unknown',
  message: 'Only service checks have this threshold: here it does nothing.',
  hint: 'To say when the alert is over, use critical_recovery.',
};

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
    if (!whole || !MONITOR_TYPES.has(type)) return [];
    const { of, message, hint } = REASONS.get(type) ?? ELSEWHERE;
    return Object.keys(thresholds)
      .values()
      .filter((name) => thresholds[name] !== null && of(name))
      .map((name) => ({
        path: ['options', 'thresholds', name],
        message,
        hint,
        fix: withoutThreshold(name),
      }));
  },
};
