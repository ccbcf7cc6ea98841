/** Searchable data sources: Datadog API v1, MonitorFormulaAndFunctionEventsDataSource, and those in newer monitors. */
export const EVENT_SOURCES: ReadonlySet<string> = new Set(
  [
    'logs rum ci_pipelines ci_tests audit events spans database_queries network network_path',
    'llm_observability error_tracking security_signals apm_resource_stats',
  ].flatMap((line) => line.split(' ')),
);

/** Data sources with metric queries: Datadog API v1, MonitorFormulaAndFunctionCostDataSource and similar. */
export const METRIC_SOURCES: ReadonlySet<string> = new Set(['metrics', 'cloud_cost', 'datadog_usage']);

/** Data sources with a separate query language: Datadog API v1, MonitorFormulaAndFunctionDataQualityDataSource and similar. */
export const OTHER_SOURCES: ReadonlySet<string> = new Set([
  'data_quality_metrics',
  'aggregate_augmented_query',
  'aggregate_filtered_query',
  'reference_table',
]);
