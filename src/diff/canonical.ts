import { MANAGED, READ_ONLY, SIMPLE_GROUPING } from '../domain/datadog-fields.ts';
import { isObject, type Json, type JsonObject, numberFromText, toNumber, textOf } from '../domain/json.ts';
import type { StoredKind } from '../domain/managed-fields.ts';

/**
 * Returns the canonical form of an object, for comparison only: without read-only fields, with Datadog's defaults filled in,
 * and with variants that Datadog treats as equal made equal.
 */
export function canonical(kind: StoredKind, object: JsonObject): JsonObject {
  const readOnly: readonly string[] = READ_ONLY[kind];
  const kept = Object.fromEntries(Object.entries(object).filter(([name]) => !readOnly.includes(name)));
  return CANONICAL[kind](kept);
}

const CANONICAL: Readonly<Record<StoredKind, (object: JsonObject) => JsonObject>> = {
  monitor: canonicalMonitor,
  dashboard: canonicalDashboard,
};

/** Returns whether a top-level field is managed. Datadog silently drops unknown fields of monitors. */
export function isManaged(kind: StoredKind, name: string): boolean {
  const managed: readonly string[] = MANAGED[kind];
  return managed.includes(name);
}

/** Returns the canonical type. `metric alert` and `query alert` are the same type; Datadog chooses between them by the query. */
export function canonicalType(type: Json | undefined): Json {
  return type === 'metric alert' ? 'query alert' : (type ?? null);
}

function canonicalMonitor(monitor: JsonObject): JsonObject {
  const type = canonicalType(monitor['type']);
  return {
    ...withoutNulls(monitor, (name) => name === 'restricted_roles'),
    type,
    query: trimmed(monitor['query']),
    message: trimmed(monitor['message'] ?? ''),
    ...(typeof monitor['name'] === 'string' ? { name: monitor['name'].trim() } : {}),
    tags: monitor['tags'] ?? [],
    priority: priority(monitor['priority']),
    draft_status: monitor['draft_status'] ?? 'published',
    options: options(type, isObject(monitor['options']) ? monitor['options'] : {}),
    ...(Array.isArray(monitor['assets']) ? { assets: monitor['assets'].map(asset) } : {}),
  };
}

/** The options that Datadog adds to every monitor. */
export const OPTION_DEFAULTS = {
  include_tags: true,
  notify_audit: false,
  locked: false,
  new_host_delay: 300,
};
/** Two options with the same default for missing data. Datadog returns one, both or neither of them. */
export const MISSING_DATA_DEFAULTS = { notify_no_data: false, on_missing_data: 'default' };

function options(type: Json, given: JsonObject): JsonObject {
  const { silenced: _, ...written } = given;
  const set = withoutNulls(written, (name) => name !== 'new_host_delay');
  const { new_host_delay, ...others } = OPTION_DEFAULTS;
  const defaults: JsonObject = {
    ...others,
    ...(set['new_group_delay'] === undefined ? { new_host_delay } : {}),
    ...(typeof type === 'string' && SIMPLE_GROUPING.has(type) ? { groupby_simple_monitor: false } : {}),
  };
  const result: JsonObject = { ...defaults, ...set };
  for (const [name, value] of Object.entries(MISSING_DATA_DEFAULTS))
    if (result[name] === value) delete result[name];
  if (result['escalation_message'] !== undefined)
    result['escalation_message'] = trimmed(result['escalation_message']);
  const thresholds = result['thresholds'];
  if (isObject(thresholds)) {
    const limits = withoutNulls(thresholds);
    if (Object.keys(limits).length > 0) result['thresholds'] = limits;
    else delete result['thresholds'];
  }
  return result;
}

const ASSET_NULLS: ReadonlySet<string> = new Set(['resource_key', 'resource_type']);

/** Fills in the fields that Datadog adds to a runbook link. */
function asset(item: Json): Json {
  if (!isObject(item)) return item;
  const { monitor_id: _, ...rest } = item;
  return withoutNulls({ options: {}, template_variables: {}, ...rest }, (name) => ASSET_NULLS.has(name));
}

/** Datadog stores priority 0 as null and "5" as 5. */
function priority(value: Json | undefined): Json {
  const number =
    typeof value === 'string' && /^[0-9]+$/.test(value) ? numberFromText(String(Number(value))) : value;
  return number === undefined || toNumber(number) === 0 ? null : number;
}

function trimmed(value: Json | undefined): Json {
  return typeof value === 'string' ? value.trim() : (value ?? null);
}

function withoutNulls(object: JsonObject, routedTo: (name: string) => boolean = () => true): JsonObject {
  return Object.fromEntries(
    Object.entries(object).filter(([name, value]) => value !== null || !routedTo(name)),
  );
}

/** Fields in which Datadog treats absent, null and empty as equal. */
const EMPTY_LISTS = [
  'notify_list',
  'template_variables',
  'template_variable_presets',
  'restricted_roles',
  'tags',
  'tabs',
];

function canonicalDashboard(dashboard: JsonObject): JsonObject {
  const { widgets, tabs, notify_list: notify, ...rest } = dashboard;
  const result: JsonObject = {
    ...rest,
    description: dashboard['description'] === '' ? null : (dashboard['description'] ?? null),
    widgets: widgets ?? null,
    ...(tabs === undefined ? {} : { tabs: tabsById(tabs, widgets) }),
    ...(Array.isArray(notify) ? { notify_list: notify.map(textOf).sort() } : {}),
  };
  if (Array.isArray(result['template_variables']))
    result['template_variables'] = result['template_variables'].map(templateVariable);
  for (const name of EMPTY_LISTS) {
    const value = result[name];
    if (value === null || (Array.isArray(value) && value.length === 0)) delete result[name];
  }
  return result;
}

/** Removes empty members: Datadog returns an empty text or list of a template variable as null or not at all. */
function templateVariable(variable: Json): Json {
  if (!isObject(variable)) return variable;
  return Object.fromEntries(
    Object.entries(variable).filter(
      ([, value]) => value !== null && value !== '' && !(Array.isArray(value) && value.length === 0),
    ),
  );
}

/** Replaces positions (`@1`) in the widget lists of tabs with the ids of the widgets. */
function tabsById(tabs: Json, widgets: Json | undefined): Json {
  if (!Array.isArray(tabs) || !Array.isArray(widgets)) return tabs;
  return tabs.map((tab) => {
    if (!isObject(tab) || !Array.isArray(tab['widget_ids'])) return tab;
    const ids = tab['widget_ids'].map((id) => {
      const position = typeof id === 'string' ? /^@(\d+)$/.exec(id)?.[1] : undefined;
      const widget = position === undefined ? undefined : widgets[Number(position) - 1];
      return (isObject(widget) ? widget['id'] : undefined) ?? id;
    });
    return { ...tab, widget_ids: ids };
  });
}
