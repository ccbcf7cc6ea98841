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
import { type StoredKind, toSend } from '../domain/managed-fields.ts';

/** Fields that a document must contain even if they have their default value. */
const SAID: Readonly<Record<StoredKind, readonly string[]>> = {
  monitor: ['type', 'query', 'name'],
  dashboard: ['title', 'layout_type', 'widgets'],
};

/** Returns a live object as a person would write it: without read-only fields and default values. */
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
      // An empty list of runbook links is omitted, because writing it would make the links managed.
      if (kind === 'monitor' && name === 'assets') return Array.isArray(lean[name]) && lean[name].length > 0;
      const { [name]: _, ...without } = lean;
      return !sameJson(canonical(kind, without), same);
    }),
  );
}

/** Simplifies numbers: Datadog returns a threshold of 2 as 2.0. */
function plainNumbers(value: Json): Json {
  if (Array.isArray(value)) return value.map(plainNumbers);
  if (isObject(value)) {
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, plainNumbers(member)]));
  }
  const whole = /^(-?\d+)\.0+$/.exec(numberText(value) ?? '')?.[1];
  return whole === undefined ? value : numberFromText(whole);
}

/** Returns the options that differ from their defaults. */
function withoutDefaults(kind: StoredKind, monitor: JsonObject, options: JsonObject): JsonObject {
  const whole = canonical(kind, monitor);
  return Object.fromEntries(
    Object.entries(options).filter(([name]) => {
      // A custom schedule requires this option, even with its default value.
      if (name === 'on_missing_data') return true;
      const { [name]: _, ...without } = options;
      return !sameJson(canonical(kind, { ...monitor, options: without }), whole);
    }),
  );
}
