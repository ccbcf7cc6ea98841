/** A JSON value; integers that a double cannot hold are bigints. */
export type Value = string | number | bigint | boolean | null | readonly Value[] | ValueRecord;
export interface ValueRecord {
  readonly [name: string]: Value;
}

/** Parses JSON. Throws SyntaxError. */
export function parse(text: string): Value {
  return JSON.parse(text, (_name, value, context?: { source?: string }) =>
    typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value)
      ? BigInt(
          Math.abs(value) < 1e21 && /^-?\d+$/.test(context?.source ?? '') ? (context?.source ?? '0') : value,
        )
      : value,
  );
}

export function print(value: Value): string {
  return JSON.stringify(value, (_name, member: unknown) =>
    typeof member === 'bigint' ? JSON.rawJSON(String(member)) : member,
  );
}

export function isRecord(value: Value): value is ValueRecord {
  return typeof value === 'object' && value !== null && !isList(value);
}

export function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

/** Every scalar inside a value. */
export function* scalars(value: Value): Generator<string | number | bigint | boolean | null> {
  if (typeof value !== 'object' || value === null) yield value;
  else for (const member of isList(value) ? value : Object.values(value)) yield* scalars(member);
}
