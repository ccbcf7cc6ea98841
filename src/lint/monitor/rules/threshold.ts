import { callsOf } from '../algorithms.ts';
import type { MonitorRule } from '../monitor-view.ts';
import { withoutOptions, withoutThreshold } from '../option-values.ts';
import { comparisonOf, NUMERIC_THRESHOLDS, thresholdOf } from '../thresholds.ts';

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

/** Thresholds. */
export const THRESHOLD_RULES: readonly MonitorRule[] = [
  {
    code: 'critical_missing',
    severity: 'error',
    summary: 'There are thresholds, and none of them is the critical one.',
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
          message: 'Datadog refuses thresholds without a critical one.',
          hint: `Add critical: ${limit.text}, which is what the query compares with.`,
          fix: {
            title: `Add critical: ${limit.text}`,
            edits: [{ path: ['options', 'thresholds', 'critical'], value: Number(limit.text) }],
          },
        },
      ];
    },
  },
  {
    code: 'threshold_not_numeric',
    severity: 'error',
    summary: 'A threshold is no number.',
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
        message: `Datadog refuses the monitor: its ${name} threshold is no number.`,
        hint: 'Write a number alone, without a unit, as in 0.5.',
      })),
  },
  {
    code: 'threshold_differs',
    severity: 'error',
    summary: 'The query and the critical threshold say different things.',
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
      return [
        {
          path: ['options', 'thresholds', 'critical'],
          message: `Datadog refuses the monitor: the query compares with ${limit.text}, and the critical threshold is ${critical}.`,
          hint: `Write ${limit.text} here, or ${critical} in the query.`,
          fix: {
            title: `Write ${limit.text}, as in the query`,
            edits: [{ path: ['options', 'thresholds', 'critical'], value: Number(limit.text) }],
          },
        },
      ];
    },
  },
  {
    code: 'threshold_query_missing',
    severity: 'error',
    summary: 'The query compares with another query that is not there.',
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
            'Datadog refuses the monitor: the query compares with a threshold, and no option says which.',
          hint: 'Write a number here, or add critical_query to the thresholds.',
        },
      ];
    },
  },
  {
    code: 'threshold_windows_unused',
    severity: 'warning',
    summary: 'Windows of an anomaly are said where no anomaly is looked for.',
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
      const said = Object.values(thresholdWindows).some((window) => window != null);
      if (!whole || !said || parsed.faults.length > 0 || parsed.query.kind === 'opaque') return [];
      if (callsOf(view, 'anomalies').length > 0) return [];
      return [
        {
          path: ['options', 'threshold_windows'],
          message: 'These windows do nothing, or Datadog refuses them: the query looks for no anomalies.',
          hint: 'Leave them out.',
          fix: withoutOptions('threshold_windows'),
        },
      ];
    },
  },
  {
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
  },
  {
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
  },
  {
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
        const [limit, recovery] = [
          thresholdOf(thresholds, name),
          thresholdOf(thresholds, `${name}_recovery`),
        ];
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
  },
  {
    code: 'recovery_without_limit',
    severity: 'error',
    summary: 'A warning would recover that can never be given.',
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
              message: 'Datadog refuses a warning_recovery threshold where there is no warning threshold.',
              hint: 'Add the warning threshold, or take this one out.',
              fix: withoutThreshold('warning_recovery'),
            },
          ],
  },
];
