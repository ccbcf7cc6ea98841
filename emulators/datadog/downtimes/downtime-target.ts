import { isRawObject, type RawObject } from '../raw-json.ts';
import { parseScope } from './downtime-scope.ts';

/**
 * Returns whether a downtime (v2) applies to a monitor: by id, or by all tags and a scope that the monitor's query names.
 * Datadog also checks the monitor's groups, which depend on metric values.
 */
export function targetsMonitor({ attributes }: RawObject, monitor: RawObject): boolean {
  const { monitor_identifier, scope } = isRawObject(attributes) ? attributes : {};
  const { monitor_id, monitor_tags } = isRawObject(monitor_identifier) ? monitor_identifier : {};
  if (monitor_id !== undefined && monitor_id !== null) return monitor_id === monitor['id'];
  return hasTags(monitor, monitor_tags) && holds(String(scope), tagsNamedBy(monitor));
}

/** Returns whether a downtime (v1) applies to a monitor. */
export function targetsMonitorV1(
  { monitor_id, monitor_tags, scope }: RawObject,
  monitor: RawObject,
): boolean {
  if (monitor_id !== undefined && monitor_id !== null) return monitor_id === monitor['id'];
  const named = tagsNamedBy(monitor);
  const scopes = Array.isArray(scope) ? scope.map(String) : [];
  return hasTags(monitor, monitor_tags) && scopes.every((tag) => tag === '*' || named(tag));
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

function tagsNamedBy({ query }: RawObject): (tag: string) => boolean {
  const named = new Set(String(query).match(/(?<![^\s:,{}()"])[^\s:,{}()"]+:[^\s,{}()"]+/g));
  return (tag) => {
    const [prefix = '', ...more] = tag.split('*');
    return more.length === 0 ? named.has(tag) : [...named].some((one) => one.startsWith(prefix));
  };
}
