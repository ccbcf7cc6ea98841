import { isObject, type Json, type JsonObject, numberText } from '../../src/domain/json.ts';

/** A null-free object as TOML: one line a member, everything below it inline. For tests: Birddog itself only reads TOML. */
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

/** JSON's escapes are TOML's, once DEL is escaped too. */
function quoted(text: string): string {
  return JSON.stringify(text).replaceAll('\u007f', '\\u007f');
}
