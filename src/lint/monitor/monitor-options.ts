import { isObject, type Json, type JsonObject } from '../../domain/json.ts';
import { types } from '../dashboard/widget-types.ts';
import type { Path } from '../rule.ts';

/** The allowed values of an option, and one of them. Null is always allowed. */
export type OptionType = { readonly example?: Json } & (
  | { readonly kind: 'flag' | 'text' | 'texts' | 'object' | 'list' | 'retention' | 'anything' }
  | { readonly kind: 'number'; readonly max?: number; readonly unit?: string }
  | { readonly kind: 'word' | 'words'; readonly values: readonly string[] }
);

/** A time such as 60m, 24h or 2d: a number and its unit. */
export const RETENTION = /^(\d{1,9})([smhd])$/;

const BOOLEAN: OptionType = { kind: 'flag' };
const ANY: OptionType = { kind: 'anything' };
const SECONDS: OptionType = { kind: 'number', unit: 'seconds' };
const MINUTES: OptionType = { kind: 'number', unit: 'minutes' };

/** Every option of a monitor and its allowed values: Datadog API v1, MonitorOptions, and the documented limits. */
export const OPTION_TYPES: ReadonlyMap<string, OptionType> = new Map<string, OptionType>([
  ['thresholds', { kind: 'object', example: { critical: 1000, warning: 500 } }],
  [
    'threshold_windows',
    { kind: 'object', example: { trigger_window: 'last_15m', recovery_window: 'last_15m' } },
  ],
  ['variables', { kind: 'list' }],
  ['aggregation', ANY],
  ['notify_no_data', BOOLEAN],
  ['no_data_timeframe', { ...MINUTES, example: 20 }],
  [
    'on_missing_data',
    { kind: 'word', values: ['default', 'show_no_data', 'show_and_notify_no_data', 'resolve'] },
  ],
  ['group_retention_duration', { kind: 'retention', example: '24h' }],
  ['evaluation_delay', { kind: 'number', max: 86_400, unit: 'seconds', example: 900 }],
  ['new_group_delay', { ...SECONDS, example: 60 }],
  ['new_host_delay', SECONDS],
  ['require_full_window', BOOLEAN],
  ['renotify_interval', { ...MINUTES, example: 60 }],
  ['renotify_occurrences', { kind: 'number', example: 3 }],
  ['renotify_statuses', { kind: 'words', values: ['alert', 'warn', 'no data'], example: ['alert'] }],
  ['escalation_message', { kind: 'text', example: 'The queue is still growing.' }],
  ['timeout_h', { kind: 'number', max: 24, unit: 'hours', example: 24 }],
  ['notify_audit', BOOLEAN],
  ['notify_by', { kind: 'texts', example: ['cluster'] }],
  ['include_tags', BOOLEAN],
  [
    'notification_preset_name',
    {
      kind: 'word',
      values: [
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
  ['enable_logs_sample', BOOLEAN],
  ['enable_samples', BOOLEAN],
  ['groupby_simple_monitor', BOOLEAN],
  [
    'scheduling_options',
    { kind: 'object', example: { evaluation_window: { day_starts: '04:00', timezone: 'Europe/Berlin' } } },
  ],
  ['min_failure_duration', { kind: 'number', max: 7200, unit: 'seconds' }],
  ['min_location_failed', { kind: 'number' }],
  ['locked', BOOLEAN],
  // Datadog's app and responses add these.
  ['silenced', ANY],
  ['avalanche_window', ANY],
  ['device_ids', ANY],
  ['synthetics_check_id', ANY],
  ['queryConfig', ANY],
  ['restriction_query', ANY],
]);

/** The options that are objects with known fields. Thresholds have a rule about theirs. */
const PARTS = ['threshold_windows', 'scheduling_options'] as const;

/** An object in options, with the names of its known fields. */
interface OptionPart {
  /** From the monitor. */
  readonly path: Path;
  readonly object: JsonObject;
  readonly fields: readonly string[];
}

/** Yields the objects in options whose fields are known, also those inside others. */
export function* optionParts(options: JsonObject): Generator<OptionPart> {
  for (const name of PARTS) {
    if (!isObject(options[name])) continue;
    const type = types().get('MonitorOptions')?.fields.get(name)?.type;
    if (type !== undefined) yield* partsIn(options[name], type, ['options', name]);
  }
}

function* partsIn(value: Json | undefined, type: string, path: Path): Generator<OptionPart> {
  if (Array.isArray(value) && type.endsWith('[]'))
    for (const [at, item] of value.entries()) yield* partsIn(item, type.slice(0, -2), [...path, at]);
  const fields = types().get(type)?.fields;
  if (fields === undefined || !isObject(value)) return;
  yield { path, object: value, fields: [...fields.keys()] };
  for (const [name, field] of fields) yield* partsIn(value[name], field.type, [...path, name]);
}
