import { isManaged } from './canonical.ts';
import { withUnknownOptions } from './changes.ts';
import { documentUpdate } from './document-update.ts';
import { isObject, type JsonObject } from '../domain/json.ts';
import { toSend } from '../domain/managed-fields.ts';
import type { StoredKind } from '../domain/managed-kind.ts';

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
