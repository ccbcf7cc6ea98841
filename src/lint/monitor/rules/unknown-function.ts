import type { MonitorRule } from '../monitor-view.ts';
import { nearest } from '../../nearest.ts';

/** Functions of monitor queries: reference pages of Datadog, dashboards/functions. */
const FUNCTIONS: ReadonlySet<string> = new Set(
  [
    'abs log2 log10 cumsum integral count_nonzero count_not_null diff derivative dt per_second',
    'per_minute per_hour monotonic_diff fill default_zero exclude_null cutoff_max cutoff_min',
    'clamp_max clamp_min timeshift hour_before day_before week_before month_before calendar_shift',
    'ewma_3 ewma_5 ewma_7 ewma_10 ewma_20 median_3 median_5 median_7 median_9 moving_rollup rollup',
    'robust_trend trend_line piecewise_constant top bottom weighted anomalies outliers forecast',
  ].flatMap((line) => line.split(' ')),
);
/** `top5_max` and its like. */
const RANKED = /^(?:top|bottom)_?\d+(?:_\w+)?$/;

export const unknownFunction: MonitorRule = {
  code: 'unknown_function',
  severity: 'error',
  summary: 'The query calls a function that Datadog does not have.',
  bad: `type: query alert
query: avg(last_5m):⟦derivatve⟧(avg:system.load.1{*}) > 1
`,
  good: `type: query alert
query: avg(last_5m):derivative(avg:system.load.1{*}) > 1
`,
  check: ({ parts }) => {
    const calls = parts.filter((part) => part.kind === 'call');
    return calls
      .filter(({ name: { text } }) => !FUNCTIONS.has(text.toLowerCase()) && !RANKED.test(text))
      .map(({ name }) => {
        const meant = nearest(name.text, FUNCTIONS);
        return {
          path: ['query'],
          span: name.span,
          message: `Datadog refuses the query: it has no function "${name.text}".`,
          ...(meant === undefined ? {} : { hint: `Did you mean ${meant}?` }),
        };
      });
  },
};
