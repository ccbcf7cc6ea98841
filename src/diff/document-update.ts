import { isManaged } from './canonical.ts';
import { withUnknownOptions } from './changes.ts';
import { READ_ONLY } from '../domain/datadog-fields.ts';
import { isObject, type Json, type JsonObject, own } from '../domain/json.ts';
import { type StoredKind, toSend } from '../domain/managed-fields.ts';
import type { Change } from '../domain/plan.ts';
import { arrayIndex, type Pointer, pointerSteps } from '../domain/pointer.ts';
import { withLiveIds } from './widget-ids.ts';

/** Datadog's defaults for missing fields of a monitor. A missing `name` or `assets` leaves the live value unchanged. */
export const MONITOR_DEFAULTS: JsonObject = {
  message: '',
  tags: [],
  priority: null,
  draft_status: 'published',
  options: {},
};

/**
 * Returns the body of the PUT that changes a live object to the desired one. Datadog merges the top level of a monitor, so
 * only fields that differ, or that Datadog does not have yet, are sent; concurrent changes of other fields survive. Datadog
 * replaces `options` and dashboards as a whole, so their unknown fields are carried over.
 */
export function documentUpdate(
  kind: StoredKind,
  live: JsonObject,
  desired: JsonObject,
  changes: readonly Change[],
): JsonObject {
  if (kind === 'dashboard') return dashboardUpdate(live, desired);
  const unknown = Object.keys(desired).filter((name) => !isManaged(kind, name) && !Object.hasOwn(live, name));
  const names = new Set([...changes.map(({ path }) => pointerSteps(path)[0] ?? ''), ...unknown]);
  return Object.fromEntries(
    [...names].map((name): [string, Json] => {
      const wanted = own(desired, name) ?? own(MONITOR_DEFAULTS, name) ?? null;
      return [name, name === 'options' ? (withUnknownOptions(live['options'], wanted) ?? wanted) : wanted];
    }),
  );
}

function dashboardUpdate(live: JsonObject, desired: JsonObject): JsonObject {
  const readOnly: readonly string[] = READ_ONLY.dashboard;
  const unknown = Object.entries(live).filter(
    ([name]) => !isManaged('dashboard', name) && !readOnly.includes(name) && !Object.hasOwn(desired, name),
  );
  const { widgets } = desired;
  return {
    ...desired,
    ...Object.fromEntries(unknown),
    ...(widgets === undefined ? {} : { widgets: withLiveIds(live['widgets'], widgets) }),
  };
}

/** Returns an object as it is after a write: the desired object, with what an update in place keeps of the live object. */
export function afterUpdate(kind: StoredKind, live: JsonObject, desired: JsonObject): JsonObject {
  if (kind === 'dashboard') return dashboardUpdate(live, desired);
  const name = own(desired, 'name') ?? own(live, 'name');
  const options = withUnknownOptions(own(live, 'options'), own(desired, 'options'));
  return {
    ...desired,
    ...(name === undefined ? {} : { name }),
    ...(options === undefined ? {} : { options }),
  };
}

/** Returns the desired object with the live values at unmanaged pointers. */
export function withLiveValues(
  desired: JsonObject,
  live: JsonObject,
  pointers: readonly Pointer[],
): JsonObject {
  return pointers.reduce((object, pointer) => {
    const put = withValue(object, live, pointerSteps(pointer));
    return isObject(put) ? put : object;
  }, desired);
}

/** Copies the value at the steps from `from` to `to`; undefined if `from` has no such value. */
function withValue(
  to: Json | undefined,
  from: Json | undefined,
  steps: readonly string[],
  depth = 0,
): Json | undefined {
  const step = steps[depth];
  // Stop as soon as neither object has a value, even if the pointer is longer.
  if (step === undefined || (to === undefined && from === undefined)) return from;
  if (Array.isArray(to) && Array.isArray(from)) {
    const at = arrayIndex(step);
    // A list cannot have gaps, so a live value beyond its end is dropped.
    if (at === undefined || at > to.length) return to;
    const value = withValue(to[at], from[at], steps, depth + 1);
    return value === undefined ? to : [...to.slice(0, at), value, ...to.slice(at + 1)];
  }
  if (!isObject(from) && from !== undefined) return to;
  const base = isObject(to) ? to : {};
  const value = withValue(own(base, step), isObject(from) ? own(from, step) : undefined, steps, depth + 1);
  const { [step]: _, ...others } = base;
  if (value === undefined) return isObject(to) ? others : to;
  return Object.hasOwn(base, step) ? { ...base, [step]: value } : { ...others, [step]: value };
}

/** Fields of a monitor that are not sent back, because that could revert concurrent changes. */
const NOT_SENT_BACK = ['restricted_roles', 'assets'];

/**
 * Returns the body of an update with the semantics of Datadog's API: merges the top level of a monitor, replaces its
 * `options` as a whole, and replaces a dashboard. Unknown fields are carried over from the live object, and widgets keep
 * their ids. Both objects must have no markers.
 */
export function mergedForUpdate(kind: StoredKind, live: JsonObject, desired: JsonObject): JsonObject {
  return kind === 'monitor' ? mergedMonitor(live, desired) : documentUpdate('dashboard', live, desired, []);
}

function mergedMonitor(live: JsonObject, desired: JsonObject): JsonObject {
  const kept = Object.fromEntries(
    Object.entries(toSend('monitor', live).object).filter(
      ([name]) => isManaged('monitor', name) && !NOT_SENT_BACK.includes(name),
    ),
  );
  const merged: JsonObject = { ...kept, ...desired };
  if (isObject(desired['options']))
    merged['options'] = withUnknownOptions(live['options'], desired['options']) ?? desired['options'];
  else if (kept['options'] !== undefined) merged['options'] = kept['options'];
  for (const name of ['name', 'tags'] as const) {
    if ((desired[name] ?? null) === null && kept[name] !== undefined) merged[name] = kept[name];
  }
  return merged;
}
