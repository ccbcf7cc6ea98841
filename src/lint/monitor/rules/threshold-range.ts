import type { Call, Query } from '../../../language/query/syntax.ts';
import { MONITOR_TYPES } from '../monitor-types.ts';
import type { MonitorRule, MonitorView } from '../monitor-view.ts';
import {
  moveMember,
  withoutThreshold,
  comparisonOf,
  NUMERIC_THRESHOLDS,
  thresholdOf,
} from '../option-values.ts';
import { warningUnlessMisspelt } from '../../known/typo.ts';
import { nearest } from '../../nearest.ts';
import type { Violation } from '../../rule.ts';

interface Range {
  readonly appliesTo: (query: Query) => boolean;
  readonly min: number;
  readonly max: number;
  /** The meaning and the range of the threshold. */
  readonly meaning: string;
  readonly hint: string;
}

/** Queries whose thresholds have a fixed range: Datadog docs, monitors/types. */
const RANGES: readonly Range[] = [
  {
    appliesTo: (query) => outermostCall(query)?.name.text === 'anomalies',
    min: 0,
    max: 1,
    meaning: 'The threshold of an anomaly monitor is a share of points, from 0 to 1',
    hint: 'Use 1 for all points, 0.5 for half of them.',
  },
  {
    appliesTo: (query) => outermostCall(query)?.name.text === 'outliers',
    min: 0,
    max: 0,
    meaning: 'An outlier monitor alerts above 0',
    hint: 'Use > 0 in the query and 0 as the critical threshold.',
  },
  {
    appliesTo: (query) => query.kind === 'chain' && query.head.name.text === 'error_budget',
    min: 0,
    max: 100,
    meaning: 'The threshold of an error budget is the percentage consumed, from 0 to 100',
    hint: 'Use 75 for three quarters of the budget.',
  },
  {
    appliesTo: (query) =>
      query.kind === 'check' && query.methods.some(({ name }) => name.text === 'pct_by_status'),
    min: 0,
    max: 100,
    meaning: 'The threshold is a percentage of the checks in a group, from 0 to 100',
    hint: 'Use 50 for half of the checks.',
  },
];

interface IgnoredThreshold {
  readonly matches: (name: string) => boolean;
  readonly message: string;
  readonly hint: string;
}

/** Thresholds that a type ignores: Datadog API v1, MonitorThresholds. */
const IGNORED_BY_TYPE: ReadonlyMap<string, IgnoredThreshold> = new Map([
  [
    'composite',
    {
      matches: (name: string) => NUMERIC_THRESHOLDS.includes(name),
      message: 'The threshold has no effect: a composite monitor has no thresholds.',
      hint: 'Set it in the member monitors.',
    },
  ],
  [
    'service check',
    {
      matches: (name: string) => name === 'critical_recovery' || name === 'warning_recovery',
      message:
        'The threshold has no effect: a service check recovers after as many good results as the threshold ok.',
      hint: 'Set ok instead.',
    },
  ],
]);

const IGNORED_BY_OTHER_TYPES: IgnoredThreshold = {
  matches: (name) => name === 'ok' || name === 'unknown',
  message: 'The threshold has no effect: only service checks have it.',
  hint: 'To set when the alert recovers, use critical_recovery.',
};

const KNOWN_THRESHOLDS: readonly string[] = [
  ...NUMERIC_THRESHOLDS,
  'critical_query',
  'critical_recovery_query',
];

/** Fields that Datadog's app adds to the thresholds. */
const ADDED_BY_APP: readonly string[] = ['comparison', 'period', 'timeAggregator'];

/** Common wrong names of thresholds. */
const SYNONYMS: ReadonlyMap<string, string> = new Map([
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
      const range = RANGES.find(({ appliesTo }) => appliesTo(view.parsed.query));
      return range === undefined ? [] : outOfRange(range, view);
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
      const { matches: of, message, hint } = IGNORED_BY_TYPE.get(type) ?? IGNORED_BY_OTHER_TYPES;
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
    severity: 'error',
    summary: 'Unknown threshold. It is a warning if it is not within two edits of a known one.',
    bad: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
options:
  thresholds: {critical: 2, warnng: ⟦1⟧}
`,
    good: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
options:
  thresholds: {critical: 2, warning: 1}
`,
    check: ({ monitor, thresholds }) =>
      Object.keys(thresholds)
        .values()
        .filter((name) => !KNOWN_THRESHOLDS.includes(name) && !ADDED_BY_APP.includes(name))
        .map((name) => {
          const path = ['options', 'thresholds', name];
          const meant = SYNONYMS.get(name.toLowerCase()) ?? nearest(name, KNOWN_THRESHOLDS);
          const fix =
            meant === undefined
              ? undefined
              : moveMember(monitor, path, ['options', 'thresholds', meant], `Rename to ${meant}`);
          return {
            path,
            message: `"${name}" is not a threshold: it never alerts.`,
            ...warningUnlessMisspelt(name, meant),
            hint: meant === undefined ? `Allowed: ${KNOWN_THRESHOLDS.join(', ')}.` : `Did you mean ${meant}?`,
            ...(fix === undefined ? {} : { fix }),
          };
        }),
  },
];

function outOfRange({ min, max, meaning, hint }: Range, { parsed, thresholds }: MonitorView): Violation[] {
  const message = (value: number) =>
    `${meaning}: ${value} is ${value > max ? 'never reached' : 'always reached'}.`;
  const isOutside = (value: number | undefined): value is number =>
    value !== undefined && (value < min || value > max);
  const violations: Violation[] = ['critical', 'warning'].flatMap((name) => {
    const value = thresholdOf(thresholds, name);
    return isOutside(value) ? [{ path: ['options', 'thresholds', name], message: message(value), hint }] : [];
  });
  const limit = comparisonOf(parsed.query)?.limit;
  if (limit?.kind !== 'number' || thresholds['critical'] != null || !isOutside(Number(limit.text)))
    return violations;
  return [{ path: ['query'], span: limit.span, message: message(Number(limit.text)), hint }, ...violations];
}

/** Returns the outermost call of a metric query. */
function outermostCall(query: Query): Call | undefined {
  return query.kind === 'metric' && query.expression.kind === 'call' ? query.expression : undefined;
}
