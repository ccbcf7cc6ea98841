/**
 * The known fields of Datadog's objects, collected from recorded exchanges with Datadog (2020-2026).
 * A field that is in none of these tables is unknown and is kept unchanged.
 */

/** Fields that Datadog sets. It ignores them in requests. */
export const READ_ONLY = {
  monitor: [
    'id',
    'org_id',
    'created',
    'created_at',
    'modified',
    'modified_at',
    'creator',
    'deleted',
    'multi',
    'overall_state',
    'overall_state_modified',
    'matching_downtimes',
    'state',
    'restriction_policy',
    'restricted',
    'run_as',
  ],
  dashboard: [
    'id',
    'author_handle',
    'author_name',
    'author_info',
    'created_at',
    'modified_at',
    'deleted_at',
    'url',
    'is_read_only',
  ],
} as const;

/** Top-level fields that a user manages. */
export const MANAGED = {
  monitor: [
    'type',
    'name',
    'message',
    'query',
    'tags',
    'priority',
    'options',
    'restricted_roles',
    'draft_status',
    'assets',
  ],
  dashboard: [
    'title',
    'description',
    'layout_type',
    'reflow_type',
    'widgets',
    'tags',
    'tabs',
    'notify_list',
    'template_variables',
    'template_variable_presets',
    'restricted_roles',
  ],
} as const;

/** Options of a monitor that a user manages. Datadog replaces `options` as a whole, so unknown options are carried over. */
export const MONITOR_OPTIONS: ReadonlySet<string> = new Set([
  'thresholds',
  'threshold_windows',
  'variables',
  'aggregation',
  'notify_no_data',
  'no_data_timeframe',
  'on_missing_data',
  'group_retention_duration',
  'evaluation_delay',
  'new_group_delay',
  'new_host_delay',
  'require_full_window',
  'renotify_interval',
  'renotify_occurrences',
  'renotify_statuses',
  'escalation_message',
  'timeout_h',
  'notify_audit',
  'notify_by',
  'include_tags',
  'notification_preset_name',
  'enable_logs_sample',
  'enable_samples',
  'groupby_simple_monitor',
  'scheduling_options',
  'min_failure_duration',
  'min_location_failed',
  'locked',
]);

/** Thresholds of a monitor that a user manages. Datadog adds others, such as `period` and `timeAggregator`. */
export const THRESHOLDS: ReadonlySet<string> = new Set([
  'critical',
  'warning',
  'ok',
  'unknown',
  'critical_recovery',
  'warning_recovery',
  'critical_query',
  'critical_recovery_query',
]);

/** Monitor types for which Datadog adds `groupby_simple_monitor: false`. */
export const SIMPLE_GROUPING: ReadonlySet<string> = new Set([
  'log alert',
  'rum alert',
  'ci-pipelines alert',
  'ci-tests alert',
  'error-tracking alert',
  'llm-observability alert',
]);
