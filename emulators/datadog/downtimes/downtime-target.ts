import { isRawObject, type RawObject } from '../raw-json.ts';
import { matchesWildcards, wildcardParts } from '../wildcards.ts';
import { parseScope } from './downtime-scope.ts';

/**
 * Returns whether a downtime (v2) applies to a monitor: by id, or by all tags and a scope that the monitor's query names.
 * Datadog also checks the monitor's groups, which depend on metric values.
 */
export function targetsMonitor({ attributes }: RawObject, monitor: RawObject): boolean {
  const { monitor_identifier, scope } = isRawObject(attributes) ? attributes : {};
  const target = isRawObject(monitor_identifier) ? monitor_identifier : {};
  if (!isOnMonitor(target, monitor)) return false;
  return isById(target) || holds(String(scope), among(tagsNamedBy(monitor)));
}

/** Returns whether a downtime (v1) applies to a monitor. */
export function targetsMonitorV1(downtime: RawObject, monitor: RawObject): boolean {
  if (!isOnMonitor(downtime, monitor)) return false;
  const named = among(tagsNamedBy(monitor));
  const scopes = Array.isArray(downtime['scope']) ? downtime['scope'].map(String) : [];
  return isById(downtime) || scopes.every((tag) => tag === '*' || named(tag));
}

/** Returns whether a downtime, of either version, is on a monitor: by id, or by tags. Its scope may select some groups only. */
export function isOnMonitor(target: RawObject, monitor: RawObject): boolean {
  return isById(target) ? target['monitor_id'] === monitor['id'] : hasTags(monitor, target['monitor_tags']);
}

function isById({ monitor_id }: RawObject): boolean {
  return monitor_id !== undefined && monitor_id !== null;
}

/** Returns whether a scope holds. An invalid scope, for example a seeded one, never does. */
function holds(scope: string, has: (tag: string) => boolean): boolean {
  try {
    return parseScope(scope)(has);
  } catch {
    return false;
  }
}

function hasTags(monitor: RawObject, required: unknown): boolean {
  const tags = Array.isArray(monitor['tags']) ? monitor['tags'] : [];
  return Array.isArray(required) && required.every((tag) => tag === '*' || tags.includes(tag));
}

/** Returns the tags that the query of a monitor names. */
export function tagsNamedBy({ query }: RawObject): string[] {
  return [...new Set(String(query).match(/(?<![^\s:,{}()"])[^\s:,{}()"]+:[^\s,{}()"]+/g))];
}

/** Returns a function that tells whether a tag, which may have wildcards, is among some. */
export function among(tags: readonly string[]): (tag: string) => boolean {
  return (tag) => {
    if (!tag.includes('*')) return tags.includes(tag);
    const parts = wildcardParts(tag);
    return tags.some((one) => matchesWildcards(parts, one, 'whole'));
  };
}
