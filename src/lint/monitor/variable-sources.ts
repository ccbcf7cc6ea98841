/** Data that is searched: spec v1, MonitorFormulaAndFunctionEventsDataSource, and what newer monitors hold. */
export const EVENT_SOURCES: ReadonlySet<string> = new Set(
  [
    'logs rum ci_pipelines ci_tests audit events spans database_queries network network_path',
    'llm_observability error_tracking security_signals apm_resource_stats',
  ].flatMap((line) => line.split(' ')),
);

/** Data that is asked for in the language of metrics: spec v1, MonitorFormulaAndFunctionCostDataSource and its like. */
export const METRIC_SOURCES: ReadonlySet<string> = new Set(['metrics', 'cloud_cost', 'datadog_usage']);

/** Data with a language of its own: spec v1, MonitorFormulaAndFunctionDataQualityDataSource and its like. */
export const OTHER_SOURCES: ReadonlySet<string> = new Set([
  'data_quality_metrics',
  'aggregate_augmented_query',
  'aggregate_filtered_query',
  'reference_table',
]);
