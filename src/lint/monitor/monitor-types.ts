/** Types of monitors with the query language of metrics. */
export const METRIC_TYPES: ReadonlySet<string> = new Set(['metric alert', 'query alert']);

/** Types that search in events of some kind: spec v1, MonitorType. */
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

/** Every type of monitor that is known: spec v1, MonitorType; the last by practice of others. */
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
