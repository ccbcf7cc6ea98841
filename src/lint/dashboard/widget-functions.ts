/** Functions of widgets, formulas included: Datadog's pages dashboards/functions, and what the app exports. */
export const WIDGET_FUNCTIONS: ReadonlySet<string> = new Set(
  [
    'abs log2 log10 cumsum integral count_nonzero count_not_null count_unique diff derivative dt rate per_second',
    'per_minute per_hour monotonic_diff fill default default_zero exclude_null cutoff_max cutoff_min threshold',
    'clamp_max clamp_min timeshift hour_before day_before week_before month_before calendar_shift',
    'autosmooth ewma_3 ewma_5 ewma_7 ewma_10 ewma_20 median_3 median_5 median_7 median_9 moving_rollup rollup',
    'robust_trend trend_line piecewise_constant top bottom top_offset weighted anomalies outliers forecast',
    'seasonal_anomalies avg min max sum count percentile stddev',
  ].flatMap((line) => line.split(' ')),
);
/** `top5_max` and its like. */
export const RANKED = /^(?:top|bottom)_?\d+(?:_\w+)?$/;
