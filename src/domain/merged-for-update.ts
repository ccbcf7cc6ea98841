import { isManaged } from './canonical.ts';
import { carriedOver } from './changes.ts';
import { READ_ONLY } from './datadog-fields.ts';
import { isObject, type JsonObject } from './json.ts';
import { withLiveIds } from './widget-ids.ts';
import { toSend } from './managed-fields.ts';
import type { StoredKind } from './managed-kind.ts';

/** What a monitor keeps without being told: sent back, it could undo what others set meanwhile. */
const NOT_SENT_BACK = ['restricted_roles', 'assets'];

/**
 * The body of an update, by Datadog's own ways: of a monitor the top level merges and `options` is replaced
 * whole; a dashboard is replaced. Fields that Birddog does not know are carried over from the live object, and
 * widgets keep their ids. Both objects without markers.
 */
export function mergedForUpdate(kind: StoredKind, live: JsonObject, desired: JsonObject): JsonObject {
  return kind === 'monitor' ? mergedMonitor(live, desired) : mergedDashboard(live, desired);
}

function mergedMonitor(live: JsonObject, desired: JsonObject): JsonObject {
  const kept = Object.fromEntries(
    Object.entries(toSend('monitor', live).object).filter(
      ([name]) => isManaged('monitor', name) && !NOT_SENT_BACK.includes(name),
    ),
  );
  const merged: JsonObject = { ...kept, ...desired };
  if (isObject(desired['options']))
    merged['options'] = carriedOver(live['options'], desired['options']) ?? desired['options'];
  else if (kept['options'] !== undefined) merged['options'] = kept['options'];
  for (const name of ['name', 'tags'] as const) {
    if ((desired[name] ?? null) === null && kept[name] !== undefined) merged[name] = kept[name];
  }
  return merged;
}

function mergedDashboard(live: JsonObject, desired: JsonObject): JsonObject {
  const readOnly: readonly string[] = READ_ONLY.dashboard;
  const unknown = Object.entries(live).filter(
    ([name]) => !isManaged('dashboard', name) && !readOnly.includes(name) && !Object.hasOwn(desired, name),
  );
  return {
    ...desired,
    ...Object.fromEntries(unknown),
    ...(desired['widgets'] === undefined
      ? {}
      : { widgets: withLiveIds(live['widgets'], desired['widgets']) }),
  };
}
