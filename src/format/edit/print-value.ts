import { isObject, type Json, numberText } from '../../domain/json.ts';
import type { Format } from '../decoded.ts';
import { line } from '../encode-yaml.ts';

/** Characters that YAML or TOML require to be escaped in quotes and JSON does not. */
const UNPRINTABLE = /[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]/g;
const BARE_NAME = /^[A-Za-z0-9_-]+$/;

/** Prints a string in double quotes, valid in every format. */
export function quoted(value: string): string {
  return JSON.stringify(value).replace(
    UNPRINTABLE,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Prints a value on one line. Returns undefined if the format cannot represent it: TOML has no null. */
export function inlineValue(format: Format, value: Json): string | undefined {
  if (typeof value === 'string') return format === 'yaml' ? line(value) : quoted(value);
  if (Array.isArray(value)) {
    const items = value.map((item) => inlineValue(format, item));
    return items.includes(undefined) ? undefined : `[${items.join(', ')}]`;
  }
  if (!isObject(value)) {
    if (value === null && format === 'toml') return undefined;
    return numberText(value) ?? String(value);
  }
  const members = Object.entries(value).map(([name, member]) => inlineMember(format, name, member));
  if (members.includes(undefined)) return undefined;
  return format === 'toml' && members.length > 0 ? `{ ${members.join(', ')} }` : `{${members.join(', ')}}`;
}

/** Prints a field on one line, with its name. */
export function inlineMember(format: Format, name: string, value: Json, tight = false): string | undefined {
  const written = inlineValue(format, value);
  if (written === undefined) return undefined;
  if (format === 'toml') return `${tomlName(name)} = ${written}`;
  return `${format === 'yaml' && !tight ? line(name) : quoted(name)}:${tight ? '' : ' '}${written}`;
}

export function tomlName(name: string): string {
  return BARE_NAME.test(name) ? name : quoted(name);
}
