import { isManaged } from './canonical.ts';
import { carriedOver } from './changes.ts';
import { READ_ONLY } from '../domain/datadog-fields.ts';
import { isObject, type Json, type JsonObject, own } from '../domain/json.ts';
import type { StoredKind } from '../domain/managed-kind.ts';
import type { Change } from '../domain/plan.ts';
import { arrayIndex, type Pointer, pointerSteps } from '../domain/pointer.ts';
import { withLiveIds } from './widget-ids.ts';

/** What Datadog takes for a field of a monitor that a document leaves out; `name` and `assets` stay as they are found. */
const MONITOR_DEFAULTS: JsonObject = {
  message: '',
  tags: [],
  priority: null,
  draft_status: 'published',
  options: {},
};

/**
 * The body of the PUT that makes of a live object what a document wants, and nothing else. Datadog merges the top level
 * of a monitor, so only the fields that differ are sent, and what others change in the rest meanwhile stays; with them goes
 * what Datadog did not know so far. `options` and dashboards are replaced whole, so what Birddog does not know is carried
 * over.
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
      return [name, name === 'options' ? (carriedOver(live['options'], wanted) ?? wanted) : wanted];
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

/** The object wanted, with the live value at each pointer that is left to people. */
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

/** `to` with the value that `from` has at the steps; undefined where it has none. */
function withValue(
  to: Json | undefined,
  from: Json | undefined,
  steps: readonly string[],
  depth = 0,
): Json | undefined {
  const step = steps[depth];
  // Behind the end of both there is nothing, however long the pointer is.
  if (step === undefined || (to === undefined && from === undefined)) return from;
  if (Array.isArray(to) && Array.isArray(from)) {
    const at = arrayIndex(step);
    // A list cannot have a gap: beyond its end there is no place for the live value.
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
