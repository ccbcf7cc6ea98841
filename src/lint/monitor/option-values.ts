import { isObject, type Json, type JsonObject, toNumber } from '../../domain/json.ts';
import { pointerTo, valueAt } from '../../domain/pointer.ts';
import type { Path, RuleFix } from '../rule.ts';
import type { Comparison, Query } from '../../language/query/syntax.ts';

/** A number in a string. */
export const DECIMAL = /^[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?$/;

/** Returns a value as a number. Numeric strings count, as they do for Datadog. */
export function numericOf(value: Json | undefined): number | undefined {
  if (typeof value !== 'string') return toNumber(value);
  return DECIMAL.test(value.trim()) ? Number(value) : undefined;
}

/** Returns whether a value turns an option on: it is not undefined, null, false, zero or empty. */
export function isOn(value: Json | undefined): boolean {
  if (value === undefined || value === null || value === false || value === '' || value === 'false')
    return false;
  return Array.isArray(value) ? value.length > 0 : numericOf(value) !== 0;
}

/** Returns the edit that sets or adds an option. */
export function setOption(monitor: JsonObject, name: string, value: Json): RuleFix['edits'] {
  return isObject(monitor['options'])
    ? [{ path: ['options', name], value }]
    : [{ path: ['options'], value: { [name]: value } }];
}

/** Returns a fix that removes options. */
export function withoutOptions(...names: readonly string[]): RuleFix {
  return {
    title: `Remove ${names.join(' and ')}`,
    edits: names.map((name) => ({ path: ['options', name], remove: true })),
  };
}

/** Returns a fix that removes a threshold. */
export function withoutThreshold(name: string): RuleFix {
  return { title: `Remove ${name}`, edits: [{ path: ['options', 'thresholds', name], remove: true }] };
}

/** Returns a fix that renames or moves a field, or undefined if the target already has a value. */
export function moveMember(monitor: JsonObject, from: Path, to: Path, title: string): RuleFix | undefined {
  const at = (path: Path) => valueAt(monitor, pointerTo('', ...path));
  let put = at(from);
  if (put === undefined || at(to) !== undefined) return undefined;
  let path = to;
  for (; path.length > 1; path = path.slice(0, -1)) {
    const parent = at(path.slice(0, -1));
    if (isObject(parent)) break;
    if (parent !== undefined && parent !== null) return undefined;
    put = { [String(path.at(-1))]: put };
  }
  return {
    title,
    edits: [
      { path: from, remove: true },
      { path, value: put },
    ],
  };
}

/** Thresholds that are numbers: Datadog API v1, MonitorThresholds. */
export const NUMERIC_THRESHOLDS: readonly string[] = [
  'critical',
  'warning',
  'critical_recovery',
  'warning_recovery',
  'ok',
  'unknown',
];

/** Returns a threshold as a number, or undefined. Numeric strings count. */
export function thresholdOf(thresholds: JsonObject, name: string): number | undefined {
  return numericOf(thresholds[name]);
}

/** Returns the comparison of a query, if it has one. */
export function comparisonOf(query: Query): Comparison | undefined {
  return query.kind === 'metric' || query.kind === 'chain' ? query.comparison : undefined;
}
