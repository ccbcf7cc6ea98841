/** A JSON object whose numbers keep their spelling where a double would lose it. */
export interface RawObject {
  [name: string]: unknown;
}

/** Parses JSON and keeps the spelling of numbers. Throws SyntaxError. */
export function parseRaw(text: string): unknown {
  return JSON.parse(text, (_name, value, context?: { source?: string }) =>
    typeof value === 'number' && context?.source !== undefined && String(value) !== context.source
      ? JSON.rawJSON(context.source)
      : value,
  );
}

export function isRawObject(value: unknown): value is RawObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !JSON.isRawJSON(value);
}

/** Converts a number value to a double; returns undefined for any other value. */
export function toNumber(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  return typeof value === 'object' && value !== null && 'rawJSON' in value
    ? Number(value.rawJSON)
    : undefined;
}

/** Compares two values: numbers by value, objects without regard to the order of fields. */
export function equalJson(a: unknown, b: unknown): boolean {
  const [left, right] = [toNumber(a), toNumber(b)];
  if (left !== undefined || right !== undefined) return left === right;
  if (Array.isArray(a))
    return Array.isArray(b) && a.length === b.length && a.every((v, i) => equalJson(v, b[i]));
  if (!isRawObject(a) || !isRawObject(b)) return a === b;
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length && names.every((n) => Object.hasOwn(b, n) && equalJson(a[n], b[n]))
  );
}

/** Returns the named fields of an object, in the order of the names. */
export function pickFields(object: RawObject, names: readonly string[]): RawObject {
  return Object.fromEntries(names.filter((n) => object[n] !== undefined).map((n) => [n, object[n]]));
}

/** Formats a time as Datadog does: with microseconds and an offset. */
export function timestamp(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '000+00:00');
}
