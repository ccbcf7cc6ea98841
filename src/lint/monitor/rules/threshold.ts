import { numberText } from '../../../domain/json.ts';
import type { RuleFix } from '../../rule.ts';
import { callsOf } from '../algorithms.ts';
import type { MonitorRule } from '../monitor-view.ts';
import {
  withoutOptions,
  withoutThreshold,
  comparisonOf,
  NUMERIC_THRESHOLDS,
  thresholdOf,
} from '../option-values.ts';

/** For each operator, whether a value at the recovery threshold still alerts. */
const OVERLAPS: ReadonlyMap<string, (limit: number, recovery: number) => boolean> = new Map<
  string,
  (limit: number, recovery: number) => boolean
>([
  ['>', (limit, recovery) => recovery > limit],
  ['>=', (limit, recovery) => recovery >= limit],
  ['<', (limit, recovery) => recovery < limit],
  ['<=', (limit, recovery) => recovery <= limit],
]);

/** Rules about thresholds. */
export const THRESHOLD_RULES: readonly MonitorRule[] = [
  {
    code: 'critical_missing',
    severity: 'error',
    summary: 'The critical threshold is required.',
    bad: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
options:
  thresholds: ⟦{warning: 1}⟧
`,
    good: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
options:
  thresholds: {critical: 2, warning: 1}
`,
    check: ({ parsed: { query }, thresholds }) => {
      const limit = comparisonOf(query)?.limit;
      const named = Object.keys(thresholds);
      if (limit?.kind !== 'number' || named.length === 0) return [];
      if (named.some((name) => name === 'critical' || name === 'critical_query')) return [];
      return [
        {
          path: ['options', 'thresholds'],
          message: 'Datadog rejects the monitor: the critical threshold is required.',
          hint: `Add critical: ${limit.text}, the value in the query.`,
          ...criticalFix(`Add critical: ${limit.text}`, limit.text),
        },
      ];
    },
  },
  {
    code: 'threshold_not_numeric',
    severity: 'error',
    summary: 'A threshold is not a number.',
    bad: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
options:
  thresholds: {critical: 2, warning: ⟦one⟧}
`,
    good: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
options:
  thresholds: {critical: 2, warning: 1}
`,
    check: ({ thresholds }) =>
      NUMERIC_THRESHOLDS.filter(
        (name) => thresholds[name] != null && thresholdOf(thresholds, name) === undefined,
      ).map((name) => ({
        path: ['options', 'thresholds', name],
        message: `Datadog rejects the monitor: the ${name} threshold is not a number.`,
        hint: 'Use a number without a unit, for example 0.5.',
      })),
  },
  {
    code: 'threshold_differs',
    severity: 'error',
    summary: 'The critical threshold differs from the value in the query.',
    bad: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 200
options:
  thresholds: {critical: ⟦90⟧}
`,
    good: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 200
options:
  thresholds: {critical: 200}
`,
    check: ({ parsed: { query }, thresholds }) => {
      const limit = comparisonOf(query)?.limit;
      const critical = thresholdOf(thresholds, 'critical');
      if (limit?.kind !== 'number' || critical === undefined || critical === Number(limit.text)) return [];
      const written = numberText(thresholds['critical']) ?? String(critical);
      return [
        {
          path: ['options', 'thresholds', 'critical'],
          message: `Datadog rejects the monitor: the query compares with ${limit.text}, but the critical threshold is ${written}.`,
          hint: `Use ${limit.text} here, or ${written} in the query.`,
          ...criticalFix(`Change to ${limit.text}, as in the query`, limit.text),
        },
      ];
    },
  },
  {
    code: 'threshold_query_missing',
    severity: 'error',
    summary: 'The query compares with `threshold`, but `critical_query` is not set.',
    bad: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > ⟦threshold⟧
`,
    good: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > threshold
options:
  thresholds: {critical_query: "avg:system.load.15{*} * 2"}
`,
    check: ({ parsed: { query, faults }, thresholds }) => {
      const limit = comparisonOf(query)?.limit;
      if (limit?.kind !== 'word' || limit.text !== 'threshold' || faults.length > 0) return [];
      if (thresholds['critical_query'] != null) return [];
      return [
        {
          path: ['query'],
          span: limit.span,
          message:
            'Datadog rejects the monitor: the query compares with threshold, but critical_query is not set.',
          hint: 'Use a number, or add critical_query to the thresholds.',
        },
      ];
    },
  },
  {
    code: 'threshold_windows_unused',
    severity: 'warning',
    summary: '`threshold_windows` is set, but the query does not call `anomalies()`.',
    bad: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 1
options:
  threshold_windows: ⟦{trigger_window: last_15m, recovery_window: last_15m}⟧
`,
    good: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 1
`,
    check: (view) => {
      const { whole, parsed, thresholdWindows } = view;
      const isSet = Object.values(thresholdWindows).some((window) => window != null);
      if (!whole || !isSet || parsed.faults.length > 0 || parsed.query.kind === 'opaque') return [];
      if (callsOf(view, 'anomalies').length > 0) return [];
      return [
        {
          path: ['options', 'threshold_windows'],
          message:
            'threshold_windows has no effect, or Datadog rejects it: the query does not call anomalies().',
          hint: 'Remove threshold_windows.',
          fix: withoutOptions('threshold_windows'),
        },
      ];
    },
  },
  {
    code: 'warning_beyond_critical',
    severity: 'error',
    summary: 'The warning threshold is at or beyond the critical threshold.',
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
          message: `Datadog rejects the monitor: with ${operator}, the warning at ${warning} does not come before the alert at ${critical}.`,
          hint: `Use a number ${above ? 'below' : 'above'} ${critical}.`,
        },
      ];
    },
  },
  {
    code: 'warning_without_direction',
    severity: 'warning',
    summary: 'A warning threshold is combined with `==` or `!=`.',
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
      const matched = operator === '==' ? 'exactly' : 'any value except';
      return [
        {
          path: ['options', 'thresholds', 'warning'],
          message: `With ${operator}, the monitor warns at ${matched} ${warning}, not when values approach the critical threshold.`,
          hint: 'Use >, >=, < or <=, or remove the warning threshold.',
        },
      ];
    },
  },
  {
    code: 'recovery_overlaps',
    severity: 'error',
    summary: 'The recovery threshold overlaps the threshold that it recovers from.',
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
        const [limit, recovery] = [
          thresholdOf(thresholds, name),
          thresholdOf(thresholds, `${name}_recovery`),
        ];
        if (limit === undefined || recovery === undefined || !OVERLAPS.get(operator)?.(limit, recovery))
          return [];
        return [
          {
            path: ['options', 'thresholds', `${name}_recovery`],
            message: `Datadog rejects the monitor: a value of ${recovery} is ${name} (${operator} ${limit}) and recovered at the same time.`,
            hint: `Use a number ${operator.startsWith('>') ? 'below' : 'above'} ${limit}.`,
          },
        ];
      });
    },
  },
  {
    code: 'recovery_without_limit',
    severity: 'error',
    summary: '`warning_recovery` is set without `warning`.',
    bad: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
options:
  thresholds: {critical: 2, warning_recovery: ⟦1⟧}
`,
    good: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
options:
  thresholds: {critical: 2, warning: 1.5, warning_recovery: 1}
`,
    check: ({ thresholds: { warning, warning_recovery: recovery } }) =>
      recovery == null || warning != null
        ? []
        : [
            {
              path: ['options', 'thresholds', 'warning_recovery'],
              message: 'Datadog rejects a warning_recovery threshold without a warning threshold.',
              hint: 'Add the warning threshold, or remove this one.',
              fix: withoutThreshold('warning_recovery'),
            },
          ],
  },
];

/** Returns a fix that sets the critical threshold to the number in the query; none if that number is not finite, such as 1e999. */
function criticalFix(title: string, text: string): { fix?: RuleFix } {
  const value = Number(text);
  if (!Number.isFinite(value)) return {};
  return { fix: { title, edits: [{ path: ['options', 'thresholds', 'critical'], value }] } };
}
