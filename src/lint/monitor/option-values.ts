import { isObject, type Json, type JsonObject, toNumber } from '../../domain/json.ts';
import { pointerTo, valueAt } from '../../domain/pointer.ts';
import type { Path, RuleFix } from '../rule.ts';

const DECIMAL = /^[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?$/;

/** A value as a number; a text that is one counts, as it does for Datadog. */
export function numericOf(value: Json | undefined): number | undefined {
  if (typeof value !== 'string') return toNumber(value);
  return DECIMAL.test(value.trim()) ? Number(value) : undefined;
}

/** Whether a value switches something on: not left out, null, false, zero or empty. */
export function isOn(value: Json | undefined): boolean {
  if (value === undefined || value === null || value === false || value === '' || value === 'false')
    return false;
  return Array.isArray(value) ? value.length > 0 : numericOf(value) !== 0;
}

/** The edit that sets an option, or adds it. */
export function setOption(monitor: JsonObject, name: string, value: Json): RuleFix['edits'] {
  return isObject(monitor['options'])
    ? [{ path: ['options', name], value }]
    : [{ path: ['options'], value: { [name]: value } }];
}

/** A fix that takes options out. */
export function withoutOptions(...names: readonly string[]): RuleFix {
  return {
    title: `Leave ${names.join(' and ')} out`,
    edits: names.map((name) => ({ path: ['options', name], remove: true })),
  };
}

/** A fix that takes a threshold out. */
export function withoutThreshold(name: string): RuleFix {
  return { title: `Leave ${name} out`, edits: [{ path: ['options', 'thresholds', name], remove: true }] };
}

/** A fix that gives a member another name or place; undefined where something stands there. */
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
