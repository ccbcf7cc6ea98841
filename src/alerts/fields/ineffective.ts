import { OPTION_DEFAULTS } from '../../diff/canonical.ts';
import {
  isObject,
  type Json,
  type JsonObject,
  numberFromText,
  own,
  sameJson,
  toNumber,
} from '../../domain/json.ts';
import { sameQuery } from '../../language/query/canonical-query.ts';
import { readStoredQuery } from '../../language/query/parse-query.ts';
import { METRIC_TYPES } from '../../lint/monitor/monitor-types.ts';
import { decimal } from '../numbers.ts';
import { optionsOf } from './field.ts';

/** Options that are off at 0, false, "" or an empty list or object, as if they were absent. */
const OFF: ReadonlySet<string> = new Set([
  'evaluation_delay',
  'renotify_interval',
  'renotify_occurrences',
  'renotify_statuses',
  'require_full_window',
  'escalation_message',
  'timeout_h',
  'no_data_timeframe',
  'notify_no_data',
  'notify_audit',
  'notify_by',
  'locked',
  'enable_logs_sample',
  'enable_samples',
  'groupby_simple_monitor',
  'group_retention_duration',
  'min_failure_duration',
  'notification_preset_name',
  'scheduling_options',
  'silenced',
  'threshold_windows',
  'thresholds',
  'variables',
]);

/** Options whose numbers Datadog also takes as strings. */
const NUMBERS: ReadonlySet<string> = new Set([
  'evaluation_delay',
  'new_group_delay',
  'new_host_delay',
  'no_data_timeframe',
  'renotify_interval',
  'renotify_occurrences',
  'timeout_h',
]);

/** Thresholds that Datadog's app adds and does not use. */
const UNUSED_THRESHOLDS: readonly string[] = ['comparison', 'period', 'timeAggregator'];

/**
 * Returns a monitor as an alert reads it: without options that are off, that have Datadog's default, or that have no effect
 * on its type.
 */
export function withoutIneffective(monitor: JsonObject): JsonObject {
  const type = typeof monitor['type'] === 'string' ? monitor['type'] : '';
  const all = optionsOf(monitor);
  const options: JsonObject = {};
  for (const [name, written] of Object.entries(all)) {
    const value = NUMBERS.has(name) ? asNumber(written) : written;
    const effective =
      name === 'thresholds'
        ? usedThresholds(value, type, limitOf(type, monitor['query']))
        : name === 'variables'
          ? withoutStorage(value)
          : value;
    if (!isIneffective(name, effective, type, all)) options[name] = effective;
  }
  return { ...monitor, options };
}

function isIneffective(name: string, value: Json, type: string, options: JsonObject): boolean {
  if (value === null || (OFF.has(name) && isOff(value))) return true;
  switch (name) {
    // Mutes are not part of the definition.
    case 'silenced':
      return true;
    case 'no_data_timeframe':
      return own(options, 'notify_no_data') !== true;
    case 'require_full_window':
      return !METRIC_TYPES.has(type);
    case 'min_location_failed':
      return toNumber(value) === 1;
    case 'include_tags':
      return value === OPTION_DEFAULTS.include_tags;
    case 'new_host_delay':
      return toNumber(value) === OPTION_DEFAULTS.new_host_delay && own(options, 'new_group_delay') == null;
    default:
      return false;
  }
}

function isOff(value: Json): boolean {
  if (value === '' || value === false || toNumber(value) === 0) return true;
  if (Array.isArray(value)) return value.length === 0;
  return isObject(value) && Object.keys(value).length === 0;
}

/** Returns the number in a string such as "60"; any other value unchanged. */
function asNumber(value: Json): Json {
  return typeof value === 'string' && /^(?:0|[1-9]\d{0,9})$/.test(value) ? numberFromText(value) : value;
}

/** Returns the number that a query compares with. */
function limitOf(type: string, query: Json | undefined): Json | undefined {
  const parsed = typeof query === 'string' ? readStoredQuery(type, query) : undefined;
  const limit = parsed && 'comparison' in parsed ? parsed.comparison?.limit : undefined;
  return limit?.kind === 'number' ? decimal(limit.text) : undefined;
}

/** Returns the thresholds that have an effect. The limit of the query needs no threshold. */
function usedThresholds(value: Json, type: string, queryLimit: Json | undefined): Json {
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).filter(
      ([name, limit]) =>
        limit !== null &&
        !(name === 'critical' && queryLimit !== undefined && sameJson(limit, queryLimit)) &&
        !UNUSED_THRESHOLDS.includes(name) &&
        (type === 'service check' || (name !== 'ok' && name !== 'unknown')),
    ),
  );
}

/** Removes the default storage of searches. */
function withoutStorage(value: Json): Json {
  if (!Array.isArray(value)) return value;
  return value.map((one) => {
    if (!isObject(one) || own(one, 'storage') !== 'hot') return one;
    const { storage: _, ...rest } = one;
    return rest;
  });
}

/**
 * Returns the desired monitor with the query and the options of the live one where they mean the same, so that an update does
 * not change what only looks different. A changed query resets the groups of a monitor.
 */
export function withLiveSpelling(desired: JsonObject, live: JsonObject): JsonObject {
  const monitor = withLiveOptions(desired, live);
  const [{ type, query: text }, { query }] = [live, desired];
  if (typeof type !== 'string' || typeof text !== 'string' || typeof query !== 'string') return monitor;
  return sameQuery(type, text, query) ? { ...monitor, query: text } : monitor;
}

function withLiveOptions(desired: JsonObject, live: JsonObject): JsonObject {
  const [wanted, current] = [optionsOf(desired), optionsOf(live)];
  const [after, before] = [optionsOf(withoutIneffective(desired)), optionsOf(withoutIneffective(live))];
  const kept = Object.entries(wanted).filter(
    ([name]) => Object.hasOwn(current, name) || own(after, name) !== undefined,
  );
  const options: JsonObject = Object.fromEntries(kept);
  for (const name of Object.keys(current)) {
    const value = own(current, name);
    if (name === 'silenced' || value === undefined || sameJson(value, own(wanted, name))) continue;
    if (!sameJson(own(before, name), own(after, name))) continue;
    // A value that has no effect in the live monitor may have one in the desired monitor.
    const effect = own(
      optionsOf(withoutIneffective({ ...desired, options: { ...wanted, [name]: value } })),
      name,
    );
    if (sameJson(effect, own(after, name))) options[name] = value;
  }
  return { ...desired, options };
}
