/** Functions in monitors: Datadog's pages dashboards/functions, with those that were on them once and still work. */
export const MONITOR_FUNCTIONS: ReadonlySet<string> = new Set(
  [
    'abs log2 log10 pow cumsum integral count_nonzero count_nonzero_finite count_not_null diff derivative dt',
    'per_second per_minute per_hour monotonic_diff fill default default_zero exclude_null cutoff_max cutoff_min',
    'clamp_max clamp_min timeshift hour_before day_before week_before month_before calendar_shift',
    'ewma_3 ewma_5 ewma_7 ewma_10 ewma_20 median_3 median_5 median_7 median_9 moving_rollup rollup',
    'rollingavg_5 rollingavg_13 rollingavg_21 rollingavg_29',
    'robust_trend trend_line piecewise_constant top bottom weighted anomalies outliers forecast',
  ].flatMap((line) => line.split(' ')),
);
/** Functions in widgets: those, what formulas have besides, and what the app exports. */
export const WIDGET_FUNCTIONS: ReadonlySet<string> = new Set([
  ...MONITOR_FUNCTIONS,
  ...'autosmooth threshold count_unique rate top_offset seasonal_anomalies'.split(' '),
  ...'avg min max sum count percentile stddev'.split(' '),
]);
/**
 * Families whose members no page lists: `top5_max` and its like; `is_greater` and its like, which say 1 where a limit
 * is passed (docs, monitors/guide/add-a-minimum-request-threshold-for-error-rate-alerts).
 */
const FAMILIES = /^(?:(?:top|bottom)_?\d+(?:_\w+)?|is_\w+)$/;

/** Whether the function is one of these, or of a family that is everywhere. */
export function isAmong(functions: ReadonlySet<string>, name: string): boolean {
  return functions.has(name.toLowerCase()) || FAMILIES.test(name);
}
