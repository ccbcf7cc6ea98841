/** Monitor types with metric queries. */
export const METRIC_TYPES: ReadonlySet<string> = new Set(['metric alert', 'query alert']);

/** Monitor types that search events: Datadog API v1, MonitorType. */
export const EVENT_TYPES: ReadonlySet<string> = new Set([
  'log alert',
  'event-v2 alert',
  'audit alert',
  'rum alert',
  'trace-analytics alert',
  'ci-pipelines alert',
  'ci-tests alert',
  'error-tracking alert',
  'database-monitoring alert',
  'network-performance alert',
  'network-path alert',
  'llm-observability alert',
]);

/** Every known monitor type: Datadog API v1, MonitorType. The last ones are from other tools. */
export const MONITOR_TYPES: ReadonlySet<string> = new Set([
  ...METRIC_TYPES,
  ...EVENT_TYPES,
  'service check',
  'composite',
  'process alert',
  'slo alert',
  'cost alert',
  'data-quality alert',
  'data-jobs alert',
  'synthetics alert',
  'event alert',
  'datadog-usage alert',
]);
