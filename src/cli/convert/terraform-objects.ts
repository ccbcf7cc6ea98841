import {
  isObject,
  isRawNumber,
  keepSpelling,
  type Json,
  type JsonObject,
  numberFromText,
  own,
  textOf,
} from '../../domain/json.ts';
import type { StoredKind } from '../../domain/managed-fields.ts';
import { objectsIn, type Resource } from './terraform-state.ts';

/** An object as Datadog's API has it, or why a resource cannot be converted. */
export type Converted =
  | { readonly stored: StoredKind; readonly object: JsonObject; readonly why?: undefined }
  | { readonly why: string };

/** What each type of resource is in Datadog. Resources of other types are in no document. */
export const STORED_TYPES: ReadonlyMap<string, StoredKind> = new Map([
  ['datadog_monitor', 'monitor'],
  ['datadog_monitor_json', 'monitor'],
  ['datadog_dashboard', 'dashboard'],
  ['datadog_dashboard_v2', 'dashboard'],
  ['datadog_dashboard_json', 'dashboard'],
]);

/** Why a resource of another type is left out. */
export const NO_DOCUMENT = 'documents have only monitors, alerts and dashboards';

/** Converts a resource without Datadog, from the attributes in the state. */
export function objectOf({ type, values }: Resource): Converted {
  if (type === 'datadog_monitor') return monitorOf(values);
  if (type === 'datadog_monitor_json') return parsedObject('monitor', values, 'monitor');
  if (type === 'datadog_dashboard_json') return parsedObject('dashboard', values, 'dashboard');
  return {
    why: STORED_TYPES.has(type)
      ? 'its widgets can be read only from Datadog: convert without --offline'
      : NO_DOCUMENT,
  };
}

/** Maximum depth of the JSON of a resource: that of a document. */
const MAX_DEPTH = 100;

function parsedObject(stored: StoredKind, values: JsonObject, attribute: string): Converted {
  const text = own(values, attribute);
  const invalid = { why: `its attribute ${attribute} is not the JSON of an object` };
  if (typeof text !== 'string') return invalid;
  try {
    const parsed: Json = JSON.parse(text, keepSpelling);
    if (!isObject(parsed)) return invalid;
    if (isDeeper(parsed, MAX_DEPTH)) return { why: `its JSON is nested deeper than ${MAX_DEPTH} levels` };
    return { stored, object: withId(parsed, values) };
  } catch (error) {
    if (error instanceof SyntaxError) return invalid;
    throw error;
  }
}

function isDeeper(value: Json, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const parts = Array.isArray(value) ? value : isObject(value) ? Object.values(value) : [];
  return depth === 0 || parts.some((part) => isDeeper(part, depth - 1));
}

function withId(object: JsonObject, { id }: JsonObject): JsonObject {
  const { id: _, ...rest } = object;
  return typeof id === 'string' && id !== '' ? { id, ...rest } : rest;
}

/** Attributes that are fields of a monitor. All others in the state are options, blocks or settings of the provider. */
const FIELDS = ['name', 'type', 'query', 'message', 'draft_status', 'restricted_roles'] as const;

/** Attributes that are options with the same name. */
const OPTIONS = [
  'enable_logs_sample',
  'enable_samples',
  'escalation_message',
  'evaluation_delay',
  'group_retention_duration',
  'groupby_simple_monitor',
  'include_tags',
  'new_group_delay',
  'new_host_delay',
  'no_data_timeframe',
  'notification_preset_name',
  'notify_audit',
  'notify_by',
  'notify_no_data',
  'on_missing_data',
  'renotify_interval',
  'renotify_occurrences',
  'renotify_statuses',
  'require_full_window',
  'timeout_h',
] as const;

/** Options whose 0 means the same as no value. Of `new_host_delay`, 0 turns the default off. */
const UNSET_AT_ZERO: ReadonlySet<string> = new Set([
  'evaluation_delay',
  'new_group_delay',
  'no_data_timeframe',
  'renotify_interval',
  'renotify_occurrences',
  'timeout_h',
]);

/** Thresholds that are texts in the API too. All others are numbers. */
const QUERY_THRESHOLDS: ReadonlySet<string> = new Set(['critical_query', 'critical_recovery_query']);

function monitorOf(values: JsonObject): Converted {
  const { priority, tags, effective_tags, assets } = values;
  const thresholds: JsonObject = {};
  for (const [name, value] of Object.entries(block(values, 'monitor_thresholds'))) {
    const threshold = QUERY_THRESHOLDS.has(name) ? value : numberIn(value);
    if (threshold === undefined) return { why: `its threshold ${name} is not a number` };
    thresholds[name] = threshold;
  }
  const rank = isUnset(priority) || priority === '0' ? undefined : numberIn(priority);
  const options = {
    ...given({
      thresholds,
      threshold_windows: block(values, 'monitor_threshold_windows'),
      scheduling_options: schedulingOf(block(values, 'scheduling_options')),
      variables: variablesOf(values),
    }),
    ...given(
      Object.fromEntries(
        OPTIONS.flatMap((name) => {
          const value = own(values, name);
          return value === undefined || (UNSET_AT_ZERO.has(name) && value === 0) ? [] : [[name, value]];
        }),
      ),
    ),
  };
  const object: JsonObject = {
    ...given(Object.fromEntries(FIELDS.map((name) => [name, own(values, name) ?? null]))),
    ...given({
      priority: rank ?? null,
      tags: isUnset(effective_tags) ? (tags ?? null) : (effective_tags ?? null),
    }),
    ...given({ assets: objectsIn(assets).map(given) }),
    ...given({ options }),
  };
  return { stored: 'monitor', object: withId(object, values) };
}

/** Returns the numbers that texts of the state stand for: `"0.05"` is 0.05. */
function numberIn(value: Json | undefined): Json | undefined {
  if (typeof value !== 'string') return value;
  try {
    return numberFromText(value);
  } catch {
    // OpenTofu keeps a text as a person wrote it, such as ".5" or "1_000".
    const number = Number(value);
    return value.trim() !== '' && Number.isFinite(number) ? number : undefined;
  }
}

/** Reports whether an attribute of the state is one that nobody set. */
function isUnset(value: Json | undefined): boolean {
  return (
    value === undefined ||
    value === null ||
    value === '' ||
    (typeof value === 'object' && !isRawNumber(value) && Object.keys(value).length === 0)
  );
}

/** Returns an object without the attributes that nobody set. */
function given(object: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => !isUnset(value)));
}

/** Returns the content of a block that may stand once, which the state has as a list. */
function block(values: JsonObject, name: string): JsonObject {
  return given(objectsIn(own(values, name))[0] ?? {});
}

function schedulingOf(options: JsonObject): JsonObject {
  const window = block(options, 'evaluation_window');
  const { recurrence } = block(options, 'custom_schedule');
  const recurrences = objectsIn(recurrence).map(given);
  const whole = Object.fromEntries(Object.entries(window).filter(([, value]) => value !== 0));
  return given({
    evaluation_window: whole,
    custom_schedule: recurrences.length > 0 ? { recurrences } : {},
  });
}

/** The blocks of variables in the order in which the provider sends them. */
const VARIABLE_BLOCKS = [
  'event_query',
  'cloud_cost_query',
  'data_quality_query',
  'data_jobs_query',
  'aggregate_augmented_query',
  'aggregate_filtered_query',
] as const;

/** Blocks within a variable that are one object in the API, with their names there. */
const ONE_OBJECT: ReadonlyMap<string, string> = new Map([
  ['search', 'search'],
  ['monitor_options', 'monitor_options'],
  ['join_condition', 'join_condition'],
  ['sort', 'sort'],
  ['augment_reference_table', 'augment_query'],
  ['augment_event_query', 'augment_query'],
  ['filter_reference_table', 'filter_query'],
  ['filter_event_query', 'filter_query'],
  ['base_metrics_query', 'base_query'],
  ['base_event_query', 'base_query'],
]);

function variablesOf(values: JsonObject): JsonObject[] {
  const variables = objectsIn(own(values, 'variables'))[0] ?? {};
  return VARIABLE_BLOCKS.flatMap((name) => {
    // The compute of an event query is one object; within an aggregate it stays a list.
    const isAggregate = name.startsWith('aggregate_');
    return objectsIn(own(variables, name)).map((one) => variableOf(one, isAggregate));
  });
}

function variableOf(variable: JsonObject, isAggregate: boolean): JsonObject {
  const members = Object.entries(given(variable)).flatMap(([name, value]): [string, Json][] => {
    // 0 stands for "not given" here.
    if ((name === 'interval' || name === 'limit') && value === 0) return [];
    if (!Array.isArray(value) || !value.every(isObject)) return [[name, value]];
    const items = value.map((item) => variableOf(item, isAggregate));
    const single = ONE_OBJECT.get(name) ?? (name === 'compute' && !isAggregate ? name : undefined);
    const [only] = items;
    return [single === undefined || only === undefined ? [name, items] : [single, only]];
  });
  return Object.fromEntries(members);
}

/** Returns the id of a resource's object in Datadog; undefined if it is not applied yet. */
export function datadogId({ values }: Resource): string | undefined {
  const id = textOf(own(values, 'id') ?? undefined);
  return id === '' ? undefined : id;
}
