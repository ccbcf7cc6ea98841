import { isRawObject, type RawObject } from '../raw-json.ts';
import { readScope } from './downtime-scope.ts';

/**
 * Whether a downtime (v2) is about a monitor: by its id, or by all of its tags and a scope that its query names.
 * The groups of a monitor, which Datadog looks at too, follow from what is measured.
 */
export function targetsMonitor({ attributes }: RawObject, monitor: RawObject): boolean {
  const { monitor_identifier, scope } = isRawObject(attributes) ? attributes : {};
  const { monitor_id, monitor_tags } = isRawObject(monitor_identifier) ? monitor_identifier : {};
  if (monitor_id !== undefined && monitor_id !== null) return monitor_id === monitor['id'];
  return hasTags(monitor, monitor_tags) && holds(String(scope), tagsNamedBy(monitor));
}

/** The same for a downtime of the old API. */
export function targetsMonitorV1(
  { monitor_id, monitor_tags, scope }: RawObject,
  monitor: RawObject,
): boolean {
  if (monitor_id !== undefined && monitor_id !== null) return monitor_id === monitor['id'];
  const named = tagsNamedBy(monitor);
  const scopes = Array.isArray(scope) ? scope.map(String) : [];
  return hasTags(monitor, monitor_tags) && scopes.every((tag) => tag === '*' || named(tag));
}

/** Scopes from before they were checked hold nowhere. */
function holds(scope: string, has: (tag: string) => boolean): boolean {
  try {
    return readScope(scope)(has);
  } catch {
    return false;
  }
}

function hasTags(monitor: RawObject, wanted: unknown): boolean {
  const tags = Array.isArray(monitor['tags']) ? monitor['tags'] : [];
  return Array.isArray(wanted) && wanted.every((tag) => tag === '*' || tags.includes(tag));
}

function tagsNamedBy({ query }: RawObject): (tag: string) => boolean {
  const named = new Set(String(query).match(/(?<![^\s:,{}()"])[^\s:,{}()"]+:[^\s,{}()"]+/g));
  return (tag) => {
    const [prefix = '', ...more] = tag.split('*');
    return more.length === 0 ? named.has(tag) : [...named].some((one) => one.startsWith(prefix));
  };
}
