import { isObject, type JsonObject } from '../domain/json.ts';
import { type Alert, alertJson } from './alert.ts';
import { isWhole } from './fields/field.ts';

/**
 * Returns the body of an alert after an update: each field of the update replaces that of the alert, and null removes it. A
 * signal that takes no condition removes the condition too.
 */
export function mergedAlert(current: Alert, update: JsonObject): JsonObject {
  const { condition, ...others } = alertJson(current);
  const { signal } = update;
  const isKept = condition !== undefined && !(isObject(signal) && isWhole(signal));
  return withoutNulls({ ...others, ...(isKept ? { condition } : {}), ...update });
}

/** Returns an update without the fields that it removes. */
export function withoutNulls(update: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(update).filter(([, value]) => value !== null));
}
