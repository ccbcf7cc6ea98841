/** The allowed values of an option. Null is always allowed. */
export type OptionForm =
  | { readonly kind: 'flag' | 'text' | 'texts' | 'object' | 'list' | 'retention' | 'anything' }
  | { readonly kind: 'number'; readonly max?: number; readonly unit?: string }
  | { readonly kind: 'word' | 'words'; readonly of: readonly string[] };

const FLAG: OptionForm = { kind: 'flag' };
const ANYTHING: OptionForm = { kind: 'anything' };
const SECONDS: OptionForm = { kind: 'number', unit: 'seconds' };
const MINUTES: OptionForm = { kind: 'number', unit: 'minutes' };

/** Every option of a monitor and its allowed values: spec v1, MonitorOptions, and the documented limits. */
export const OPTION_FORMS: ReadonlyMap<string, OptionForm> = new Map<string, OptionForm>([
  ['thresholds', { kind: 'object' }],
  ['threshold_windows', { kind: 'object' }],
  ['variables', { kind: 'list' }],
  ['aggregation', ANYTHING],
  ['notify_no_data', FLAG],
  ['no_data_timeframe', MINUTES],
  [
    'on_missing_data',
    { kind: 'word', of: ['default', 'show_no_data', 'show_and_notify_no_data', 'resolve'] },
  ],
  ['group_retention_duration', { kind: 'retention' }],
  ['evaluation_delay', { kind: 'number', max: 86_400, unit: 'seconds' }],
  ['new_group_delay', SECONDS],
  ['new_host_delay', SECONDS],
  ['require_full_window', FLAG],
  ['renotify_interval', MINUTES],
  ['renotify_occurrences', { kind: 'number' }],
  ['renotify_statuses', { kind: 'words', of: ['alert', 'warn', 'no data'] }],
  ['escalation_message', { kind: 'text' }],
  ['timeout_h', { kind: 'number', max: 24, unit: 'hours' }],
  ['notify_audit', FLAG],
  ['notify_by', { kind: 'texts' }],
  ['include_tags', FLAG],
  [
    'notification_preset_name',
    {
      kind: 'word',
      of: [
        'show_all',
        'hide_query',
        'hide_handles',
        'hide_all',
        'hide_query_and_handles',
        'show_only_snapshot',
        'hide_handles_and_footer',
      ],
    },
  ],
  ['enable_logs_sample', FLAG],
  ['enable_samples', FLAG],
  ['groupby_simple_monitor', FLAG],
  ['scheduling_options', { kind: 'object' }],
  ['min_failure_duration', { kind: 'number', max: 7200, unit: 'seconds' }],
  ['min_location_failed', { kind: 'number' }],
  ['locked', FLAG],
  // Datadog's app and responses add these.
  ['silenced', ANYTHING],
  ['avalanche_window', ANYTHING],
  ['device_ids', ANYTHING],
  ['synthetics_check_id', ANYTHING],
  ['queryConfig', ANYTHING],
  ['restriction_query', ANYTHING],
]);
