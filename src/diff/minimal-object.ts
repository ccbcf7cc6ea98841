import { canonical } from './canonical.ts';
import { MANAGED } from '../domain/datadog-fields.ts';
import {
  isObject,
  type Json,
  type JsonObject,
  numberFromText,
  numberText,
  sameJson,
} from '../domain/json.ts';
import type { StoredKind } from '../domain/managed-kind.ts';
import { toSend } from '../domain/managed-fields.ts';

/** Fields that a document has to say, whatever their value. */
const SAID: Readonly<Record<StoredKind, readonly string[]>> = {
  monitor: ['type', 'query', 'name'],
  dashboard: ['title', 'layout_type', 'widgets'],
};

/** A live object as somebody would write it in a document: without what Datadog sets and without what it would be anyway. */
export function asWritten(kind: StoredKind, live: JsonObject): JsonObject {
  const { object } = toSend(kind, live);
  const managed: readonly string[] = MANAGED[kind];
  const written = Object.fromEntries(
    Object.entries(object).filter(([name]) => kind === 'dashboard' || managed.includes(name)),
  );
  const options = written['options'];
  const lean = isObject(options)
    ? { ...written, options: plainNumbers(withoutDefaults(kind, written, options)) }
    : written;
  const same = canonical(kind, lean);
  return Object.fromEntries(
    Object.entries(lean).filter(([name]) => {
      if (SAID[kind].includes(name)) return true;
      // Runbook links are managed where they are written: none is no reason to.
      if (kind === 'monitor' && name === 'assets') return Array.isArray(lean[name]) && lean[name].length > 0;
      const { [name]: _, ...without } = lean;
      return !sameJson(canonical(kind, without), same);
    }),
  );
}

/** Datadog spells a threshold of 2 as 2.0; nobody writes it so. */
function plainNumbers(value: Json): Json {
  if (Array.isArray(value)) return value.map(plainNumbers);
  if (isObject(value)) {
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, plainNumbers(member)]));
  }
  const whole = /^(-?\d+)\.0+$/.exec(numberText(value) ?? '')?.[1];
  return whole === undefined ? value : numberFromText(whole);
}

/** Options that make a difference. */
function withoutDefaults(kind: StoredKind, monitor: JsonObject, options: JsonObject): JsonObject {
  const whole = canonical(kind, monitor);
  return Object.fromEntries(
    Object.entries(options).filter(([name]) => {
      // A custom schedule wants it said, whatever it says.
      if (name === 'on_missing_data') return true;
      const { [name]: _, ...without } = options;
      return !sameJson(canonical(kind, { ...monitor, options: without }), whole);
    }),
  );
}
