import { changesOf } from '../diff/changes.ts';
import type { JsonObject } from '../domain/json.ts';
import { canonicalQuery } from '../language/query/canonical-query.ts';
import { readStoredQuery } from '../language/query/parse-query.ts';
import type { Alert, AlertParts } from './alert.ts';
import { canonicalAlert } from './canonical-alert.ts';
import { compileAlert } from './compile.ts';
import { isCompilable } from './compile-query.ts';
import { CONDITIONS, OTHERWISE } from './conditions/conditions.ts';
import { optionsOf } from './fields/field.ts';
import { readFields } from './fields/fields.ts';
import { withoutIneffective } from './fields/ineffective.ts';
import type { ParsedMonitor, Reading } from './kinds.ts';
import { SIGNALS } from './signals/signals.ts';

/** Why a monitor cannot be expressed as an alert: the first field that no alert has like this. */
export interface Obstacle {
  readonly field: string;
  readonly reason: string;
}

/**
 * Returns the alert that compiles to exactly this monitor, or undefined if the monitor cannot be expressed as an alert. The
 * monitor must have no markers.
 */
export function readAlert(monitor: JsonObject): Alert | undefined {
  const read = readOrObstacle(monitor);
  return 'alert' in read ? read.alert : undefined;
}

/** Returns the alert whose signal is the whole query of a monitor; undefined if no such alert compiles to the monitor. */
export function readQueryAlert(monitor: JsonObject): Alert | undefined {
  const read = readOrObstacle(monitor, ({ text, type }) => ({
    signal: { query: text, type },
    condition: {},
  }));
  return 'alert' in read ? read.alert : undefined;
}

/** Returns whether a monitor is exactly what an alert compiles to, also in options that Datadog has by default. */
export function isCompiledAlert(monitor: JsonObject): boolean {
  const alert = readAlert(monitor);
  return alert !== undefined && changesOf('monitor', monitor, compileAlert(alert)).length === 0;
}

/** Returns the alert that compiles to this monitor, or what keeps the monitor from being expressed as an alert. */
export function readOrObstacle(
  monitor: JsonObject,
  readParts: (monitor: ParsedMonitor) => AlertParts | undefined = readQuery,
): { readonly alert: Alert } | { readonly obstacle: Obstacle } {
  const { type, name, query } = monitor;
  if (typeof type !== 'string') return obstacle('type', 'The monitor has no type.');
  if (typeof query !== 'string') return obstacle('query', 'The monitor has no query.');
  const effective = withoutIneffective(monitor);
  const options = optionsOf(effective);
  const parsed: ParsedMonitor = { type, text: query, query: readStoredQuery(type, query), options };
  const read = readParts(parsed);
  if (!read) return obstacle('query', 'No signal and condition compile to this query.');
  const title = typeof name === 'string' ? { title: name } : {};
  const alert = canonicalAlert(readFields(effective, { ...title, ...read }));
  const difference = firstDifference(effective, alert);
  return difference === undefined ? { alert } : obstacle(difference, 'No alert compiles to this value.');
}

function obstacle(field: string, reason: string): { readonly obstacle: Obstacle } {
  return { obstacle: { field, reason } };
}

/** Returns the first condition and the narrowest signal that a monitor can be read as. */
function readQuery(monitor: ParsedMonitor): AlertParts | undefined {
  for (const kind of [...CONDITIONS, OTHERWISE]) {
    const split = kind.read(monitor);
    if (!split) continue;
    for (const one of SIGNALS) {
      const signal = one.read(split.rest);
      if (signal && isCompilable({ signal, condition: split.condition }))
        return { signal, condition: split.condition };
    }
    return undefined;
  }
  // A whole query has no condition.
  const rest: Reading = { ...monitor, form: 'whole' };
  for (const { read } of SIGNALS) {
    const signal = read(rest);
    if (signal && isCompilable({ signal, condition: {} })) return { signal, condition: {} };
  }
  return undefined;
}

/** The fields of a monitor in the order in which differences count. */
const ORDER = ['/type', '/query', '/options/thresholds', '/options'];

/** Returns the first field in which a monitor differs from the compiled alert, of the managed fields. */
function firstDifference(monitor: JsonObject, alert: Alert): string | undefined {
  const compiled = withoutIneffective(compileAlert(alert));
  const paths = changesOf('monitor', comparable(monitor), comparable(compiled)).map(({ path }) => path);
  const rank = (path: string): number => {
    const at = ORDER.findIndex((one) => path === one || path.startsWith(`${one}/`));
    return at < 0 ? ORDER.length : at;
  };
  const [first] = paths.toSorted((a, b) => rank(a) - rank(b));
  return first?.slice(1).replaceAll('/', '.');
}

/** Returns a monitor with its query in one spelling. */
function comparable(monitor: JsonObject): JsonObject {
  const { type, query } = monitor;
  if (typeof type !== 'string' || typeof query !== 'string') return monitor;
  return { ...monitor, query: canonicalQuery(type, query) };
}
