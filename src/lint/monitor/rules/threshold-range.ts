import type { Call, Query } from '../../../language/query/syntax.ts';
import { MONITOR_TYPES } from '../monitor-types.ts';
import type { MonitorRule, MonitorView } from '../monitor-view.ts';
import { moveMember, withoutThreshold } from '../option-values.ts';
import { comparisonOf, NUMERIC_THRESHOLDS, thresholdOf } from '../thresholds.ts';
import { nearest } from '../../nearest.ts';
import type { Hit } from '../../rule.ts';

interface Range {
  readonly holds: (query: Query) => boolean;
  readonly min: number;
  readonly max: number;
  /** What the number means. */
  readonly meaning: string;
  readonly hint: string;
}

/** Queries whose thresholds have a fixed range: docs, monitors/types. */
const RANGES: readonly Range[] = [
  {
    holds: (query) => outermost(query)?.name.text === 'anomalies',
    min: 0,
    max: 1,
    meaning: 'The threshold of an anomaly monitor is a share of points, from 0 to 1',
    hint: 'Use 1 for all points, 0.5 for half of them.',
  },
  {
    holds: (query) => outermost(query)?.name.text === 'outliers',
    min: 0,
    max: 0,
    meaning: 'An outlier monitor alerts above 0',
    hint: 'Use > 0 in the query and 0 as the critical threshold.',
  },
  {
    holds: (query) => query.kind === 'chain' && query.head.name.text === 'error_budget',
    min: 0,
    max: 100,
    meaning: 'The threshold of an error budget is the percentage consumed, from 0 to 100',
    hint: 'Use 75 for three quarters of the budget.',
  },
  {
    holds: (query) =>
      query.kind === 'check' && query.methods.some(({ name }) => name.text === 'pct_by_status'),
    min: 0,
    max: 100,
    meaning: 'The threshold is a percentage of the checks in a group, from 0 to 100',
    hint: 'Use 50 for half of the checks.',
  },
];

interface Reason {
  readonly of: (name: string) => boolean;
  readonly message: string;
  readonly hint: string;
}

/** Thresholds that a type ignores: spec v1, MonitorThresholds. */
const REASONS: ReadonlyMap<string, Reason> = new Map([
  [
    'composite',
    {
      of: (name: string) => NUMERIC_THRESHOLDS.includes(name),
      message: 'The threshold has no effect: a composite monitor has no thresholds.',
      hint: 'Set it in the member monitors.',
    },
  ],
  [
    'service check',
    {
      of: (name: string) => name === 'critical_recovery' || name === 'warning_recovery',
      message:
        'The threshold has no effect: a service check recovers after as many good results as the threshold ok.',
      hint: 'Set ok instead.',
    },
  ],
]);

const ELSEWHERE: Reason = {
  of: (name) => name === 'ok' || name === 'unknown',
  message: 'The threshold has no effect: only service checks have it.',
  hint: 'To set when the alert recovers, use critical_recovery.',
};

const KNOWN: readonly string[] = [...NUMERIC_THRESHOLDS, 'critical_query', 'critical_recovery_query'];

/** Fields that Datadog's app adds to the thresholds. */
const LEFT_BY_APP: readonly string[] = ['comparison', 'period', 'timeAggregator'];

/** Common wrong names of thresholds. */
const ALSO_CALLED: ReadonlyMap<string, string> = new Map([
  ['crit', 'critical'],
  ['alert', 'critical'],
  ['error', 'critical'],
  ['warn', 'warning'],
  ['alert_recovery', 'critical_recovery'],
  ['recovery', 'critical_recovery'],
  ['warn_recovery', 'warning_recovery'],
]);

/** Rules about the thresholds that a type of monitor supports, and their range. */
export const THRESHOLD_RANGE_RULES: readonly MonitorRule[] = [
  {
    code: 'threshold_out_of_range',
    severity: 'warning',
    summary: 'A threshold is outside the possible range.',
    bad: `type: slo alert
query: error_budget("8f0b1d6f2c4e5a7b9c0d1e2f3a4b5c6d").over("7d") > 120
options:
  thresholds: {critical: ⟦120⟧}
`,
    good: `type: slo alert
query: error_budget("8f0b1d6f2c4e5a7b9c0d1e2f3a4b5c6d").over("7d") > 75
options:
  thresholds: {critical: 75}
`,
    check: (view) => {
      if (view.parsed.faults.length > 0) return [];
      const range = RANGES.find(({ holds }) => holds(view.parsed.query));
      return range === undefined ? [] : beyond(range, view);
    },
  },
  {
    code: 'threshold_ignored',
    severity: 'warning',
    summary: 'This type of monitor ignores the threshold.',
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
  },
  {
    code: 'unknown_threshold',
    severity: 'warning',
    summary: 'Unknown threshold.',
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
              : moveMember(monitor, path, ['options', 'thresholds', meant], `Rename to ${meant}`);
          return {
            path,
            message: `"${name}" is not a threshold: it never alerts.`,
            hint: meant === undefined ? `Allowed: ${KNOWN.join(', ')}.` : `Did you mean ${meant}?`,
            ...(fix === undefined ? {} : { fix }),
          };
        }),
  },
];

function beyond({ min, max, meaning, hint }: Range, { parsed, thresholds }: MonitorView): Hit[] {
  const message = (value: number) =>
    `${meaning}: ${value} is ${value > max ? 'never reached' : 'always reached'}.`;
  const out = (value: number | undefined): value is number =>
    value !== undefined && (value < min || value > max);
  const hits: Hit[] = ['critical', 'warning'].flatMap((name) => {
    const value = thresholdOf(thresholds, name);
    return out(value) ? [{ path: ['options', 'thresholds', name], message: message(value), hint }] : [];
  });
  const limit = comparisonOf(parsed.query)?.limit;
  if (limit?.kind !== 'number' || thresholds['critical'] != null || !out(Number(limit.text))) return hits;
  return [{ path: ['query'], span: limit.span, message: message(Number(limit.text)), hint }, ...hits];
}

/** Returns the outermost call of a metric query. */
function outermost(query: Query): Call | undefined {
  return query.kind === 'metric' && query.expression.kind === 'call' ? query.expression : undefined;
}
