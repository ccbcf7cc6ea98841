/** Functions that monitors support: Datadog docs, dashboards/functions, and functions that are no longer documented but still work. */
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
/** Functions that widgets support: those of monitors, those of formulas, and those in dashboards that Datadog's app exports. */
export const WIDGET_FUNCTIONS: ReadonlySet<string> = new Set([
  ...MONITOR_FUNCTIONS,
  ...'autosmooth threshold count_unique rate top_offset seasonal_anomalies'.split(' '),
  ...'avg min max sum count percentile stddev'.split(' '),
]);
/**
 * Function families whose members the documentation does not list: `top5_max` and similar; `is_greater` and similar,
 * which return 1 where a value exceeds a limit (Datadog docs,
 * monitors/guide/add-a-minimum-request-threshold-for-error-rate-alerts).
 */
const FUNCTION_FAMILIES = /^(?:(?:top|bottom)_?\d+(?:_\w+)?|is_\w+)$/;

/** Returns whether a function is in the set or belongs to a family that monitors and widgets support. */
export function includesFunction(functions: ReadonlySet<string>, name: string): boolean {
  return functions.has(name.toLowerCase()) || FUNCTION_FAMILIES.test(name);
}

/** Methods of a metric: Datadog docs, metrics/custom_metrics/type_modifiers and dashboards/functions. */
export const METRIC_METHODS: readonly string[] = ['as_count', 'as_rate', 'rollup', 'fill', 'weighted'];
