/** Methods of a metric: Datadog docs, metrics/custom_metrics/type_modifiers and dashboards/functions. */
export const METRIC_METHODS: readonly string[] = ['as_count', 'as_rate', 'rollup', 'fill', 'weighted'];
