import { append } from '../domain/append.ts';
import { canonical, canonicalType, isManaged } from './canonical.ts';
import { MONITOR_OPTIONS, THRESHOLDS } from '../domain/datadog-fields.ts';
import { isObject, type Json, type JsonObject, own, sameJson } from '../domain/json.ts';
import type { StoredKind } from '../domain/managed-fields.ts';
import type { Change } from '../domain/plan.ts';
import { type Pointer, pointerTo } from '../domain/pointer.ts';
import { isSet, setChanges } from './set-changes.ts';
import { widgetChanges } from './widget-changes.ts';
import { withLiveIds } from './widget-ids.ts';

/**
 * Returns the semantic changes from the live object to the desired one. Differences that Datadog ignores are not changes. A
 * field missing in `desired` means Datadog's default; unknown fields of the live object stay.
 */
export function changesOf(kind: StoredKind, live: JsonObject, desired: JsonObject): Change[] {
  const before = canonical(kind, live);
  const after = canonical(kind, kind === 'dashboard' ? withIds(live, desired) : desired);
  const changes: Change[] = [];
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if (isIgnored(kind, name, before, after)) continue;
    if (kind === 'monitor' && name === 'options')
      compare(
        own(before, name),
        withUnknownOptions(own(before, name), own(after, name)),
        '/options',
        changes,
      );
    else if (kind === 'dashboard' && name === 'widgets')
      append(changes, changedWidgets(own(before, name), own(after, name)));
    else compare(own(before, name), own(after, name), pointerTo('', name), changes);
  }
  return changes;
}

/** Gives the desired widgets the ids of the matching live widgets. */
function withIds(live: JsonObject, desired: JsonObject): JsonObject {
  const { widgets } = desired;
  return widgets === undefined ? desired : { ...desired, widgets: withLiveIds(live['widgets'], widgets) };
}

function changedWidgets(live: Json | undefined, desired: Json | undefined): Change[] {
  const differences = (from: Json | undefined, to: Json | undefined, path: Pointer): Change[] => {
    const changes: Change[] = [];
    compare(from, to, path, changes);
    return changes;
  };
  return Array.isArray(live) && Array.isArray(desired)
    ? widgetChanges(live, desired, '/widgets', differences)
    : differences(live, desired, '/widgets');
}

/** Returns whether a monitor has a custom schedule, which can be added or removed only by creating the monitor again. */
function hasCustomSchedule({ options }: JsonObject): boolean {
  const schedule = isObject(options) ? options['scheduling_options'] : undefined;
  return isObject(schedule) && isObject(schedule['custom_schedule']);
}

/** Returns whether the object must be deleted and recreated, because its type, layout or kind of schedule changes. */
export function needsReplace(kind: StoredKind, live: JsonObject, desired: JsonObject): boolean {
  return kind === 'monitor'
    ? canonicalType(live['type']) !== canonicalType(desired['type']) ||
        hasCustomSchedule(live) !== hasCustomSchedule(desired)
    : live['layout_type'] !== desired['layout_type'];
}

function isIgnored(kind: StoredKind, name: string, before: JsonObject, after: JsonObject): boolean {
  const wanted = Object.hasOwn(after, name);
  // Datadog generates a missing name; runbook links are managed only if the document has them.
  if (kind === 'monitor' && (name === 'name' || name === 'assets' || name === 'restricted_roles')) {
    return !wanted || after[name] === null || (name === 'assets' && !Object.hasOwn(before, name));
  }
  if (isManaged(kind, name)) return false;
  return !wanted || (kind === 'monitor' && !Object.hasOwn(before, name));
}

/** Returns the desired options plus the unknown options of the live monitor. */
export function withUnknownOptions(live: Json | undefined, wanted: Json | undefined): Json | undefined {
  if (!isObject(live) || !isObject(wanted)) return wanted;
  const unknown = Object.entries(live).filter(
    ([n]) => !MONITOR_OPTIONS.has(n) && n !== 'silenced' && !Object.hasOwn(wanted, n),
  );
  const added = {
    ...addedIn('thresholds', live, wanted, withUnknownThresholds),
    ...addedIn('scheduling_options', live, wanted, withLiveStart),
  };
  return { ...wanted, ...Object.fromEntries(unknown), ...added };
}

/** Returns an option with what Datadog added to it, or nothing if one side lacks the option. */
function addedIn(
  name: string,
  live: JsonObject,
  wanted: JsonObject,
  add: (live: JsonObject, wanted: JsonObject) => JsonObject,
): JsonObject {
  const [before, after] = [live[name], wanted[name]];
  return isObject(before) && isObject(after) ? { [name]: add(before, after) } : {};
}

function withUnknownThresholds(live: JsonObject, wanted: JsonObject): JsonObject {
  const unknown = Object.entries(live).filter(
    ([name]) => !THRESHOLDS.has(name) && !Object.hasOwn(wanted, name),
  );
  return { ...wanted, ...Object.fromEntries(unknown) };
}

/** Without `start`, a recurrence starts when the monitor was created. */
function withLiveStart(live: JsonObject, wanted: JsonObject): JsonObject {
  const [before, after] = [live['custom_schedule'], wanted['custom_schedule']];
  if (!isObject(before) || !isObject(after)) return wanted;
  const [old, now] = [before['recurrences'], after['recurrences']];
  if (!Array.isArray(old) || !Array.isArray(now)) return wanted;
  const recurrences = now.map((recurrence, at) => {
    const start = own(isObject(old[at]) ? old[at] : {}, 'start');
    if (!isObject(recurrence) || recurrence['start'] != null || start === undefined) return recurrence;
    return { ...recurrence, start };
  });
  return { ...wanted, custom_schedule: { ...after, recurrences } };
}

function compare(from: Json | undefined, to: Json | undefined, path: Pointer, changes: Change[]): void {
  if (from !== undefined && sameJson(from, to)) return;
  if (isObject(from) && isObject(to)) {
    for (const name of new Set([...Object.keys(from), ...Object.keys(to)])) {
      const [a, b] = [own(from, name), own(to, name)];
      if (a !== undefined || b !== undefined) compare(a, b, pointerTo(path, name), changes);
    }
  } else if (Array.isArray(from) && Array.isArray(to) && isSet(path)) {
    append(changes, setChanges(from, to, path));
  } else if (Array.isArray(from) && Array.isArray(to) && from.length === to.length) {
    for (const [at, item] of from.entries()) compare(item, to[at], pointerTo(path, at), changes);
  } else {
    if (from === undefined && to === undefined) return;
    changes.push({ path, ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) });
  }
}
