import type { JsonObject } from '../domain/json.ts';
import type { AlertParts } from './alert.ts';
import { CONDITIONS, OTHERWISE } from './conditions/conditions.ts';
import type { Compiled, ConditionKind, Measured, SignalKind } from './kinds.ts';
import { SIGNALS } from './signals/signals.ts';

/** Returns the row of the table that a signal belongs to. Throws TypeError if it matches no row. */
export function signalKindOf(signal: JsonObject): SignalKind {
  const kind = SIGNALS.find(({ name }) => Object.hasOwn(signal, name));
  if (kind) return kind;
  throw new TypeError('The signal does not match the schema.');
}

/** Returns the row of the table that a condition belongs to. */
export function conditionKindOf(condition: JsonObject): ConditionKind {
  return CONDITIONS.find(({ name }) => Object.hasOwn(condition, name)) ?? OTHERWISE;
}

/** Compiles the signal and the condition of an alert that has no mistakes. */
export function compileQuery({ signal, condition }: AlertParts): Compiled & { readonly type: string } {
  const measured = signalKindOf(signal).compile(signal);
  const { type } = measured;
  if (measured.form === 'whole') return { type, query: measured.query, options: measured.options };
  return { type, ...conditionKindOf(condition).compile(condition, measured) };
}

/** Returns whether a signal and a condition belong to rows of the tables, match their schemas and go together. */
export function isCompilable({ signal, condition }: AlertParts): boolean {
  const kind = SIGNALS.find(({ name }) => Object.hasOwn(signal, name));
  if (!kind?.schema.safeParse(signal).success) return false;
  const { form } = kind.compile(signal);
  if (form === 'whole') return Object.keys(condition).length === 0;
  const { forms, schema, oneOf } = conditionKindOf(condition);
  return (
    forms.includes(form) &&
    schema.safeParse(condition).success &&
    (oneOf === undefined || oneOf.filter((name) => Object.hasOwn(condition, name)).length === 1)
  );
}

/** Returns the names of the conditions that a form of signals can have, as words. */
export function conditionsOf(form: Measured['form']): string {
  return [...CONDITIONS, OTHERWISE]
    .filter(({ forms }) => forms.includes(form))
    .map(({ name }) => `"${name}"`)
    .join(', ');
}
