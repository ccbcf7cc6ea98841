import { isObject, type Json, type JsonObject, numberText } from '../../src/domain/json.ts';

/** Prints an object without nulls as TOML: one line per top-level field, with inline values. For tests, because Birddog only reads TOML. */
export function printToml(object: JsonObject): string {
  return Object.entries(object)
    .map(([name, value]) => `${quoted(name)} = ${inline(value)}\n`)
    .join('');
}

function inline(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(inline).join(', ')}]`;
  if (isObject(value)) {
    return `{${Object.entries(value)
      .map(([name, v]) => `${quoted(name)} = ${inline(v)}`)
      .join(', ')}}`;
  }
  return typeof value === 'string' ? quoted(value) : (numberText(value) ?? String(value));
}

/** Returns a TOML string. TOML has JSON's escapes, but requires DEL to be escaped. */
function quoted(text: string): string {
  return JSON.stringify(text).replaceAll('\u007f', '\\u007f');
}
