import { isObject, type Json, type JsonObject } from '../src/domain/json.ts';
import type { Format } from '../src/format/decoded.ts';

/** A format and style in which tests serialize an object. */
export interface Serialization {
  readonly name: string;
  readonly format: Format;
  readonly serialize: (object: JsonObject) => string;
  /** Serializes a lower-case string. */
  readonly escape: (text: string) => string;
  /** True if top-level strings are block scalars without quotes. */
  readonly blockScalars: boolean;
}

const doubleQuotes = (text: string): string => text.replaceAll("'", "''");
const unescaped = (text: string): string => text;
const escaped = (text: string): string =>
  text
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');

export const SERIALIZATIONS: readonly Serialization[] = [
  serialization('JSON', 'json', (object) => JSON.stringify(object, undefined, 2)),
  {
    ...serialization('JSON with every character escaped', 'json', (object) => flowStyle(object, escaped)),
    escape: escaped,
  },
  serialization('YAML in double quotes', 'yaml', (object) =>
    flowStyle(object, (text) => JSON.stringify(text).slice(1, -1)),
  ),
  {
    ...serialization('YAML with every character escaped', 'yaml', (object) => flowStyle(object, escaped)),
    escape: escaped,
  },
  serialization('YAML in single quotes', 'yaml', (object) => flowStyle(object, doubleQuotes, "'")),
  {
    ...serialization('YAML in literal blocks', 'yaml', (object) => blockStyle(object, '|', literalLines)),
    blockScalars: true,
  },
  {
    ...serialization('YAML in folded blocks', 'yaml', (object) => blockStyle(object, '>', foldedLines)),
    blockScalars: true,
  },
  serialization('TOML', 'toml', (object) => toml(object, JSON.stringify)),
  serialization('TOML with literal strings', 'toml', (object) => toml(object, literalToml)),
];

function serialization(name: string, format: Format, serialize: Serialization['serialize']): Serialization {
  return { name, format, serialize, escape: unescaped, blockScalars: false };
}

/** Flow style with quoted strings. Multi-line strings always have double quotes. */
function flowStyle(value: Json, escape: (text: string) => string, quote = '"'): string {
  if (typeof value === 'string')
    return value.includes('\n') && quote === "'" ? JSON.stringify(value) : `${quote}${escape(value)}${quote}`;
  if (Array.isArray(value)) return `[${value.map((item) => flowStyle(item, escape, quote)).join(', ')}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const entries = Object.entries(value).map(
    ([name, member]) => `${JSON.stringify(name)}: ${flowStyle(member, escape, quote)}`,
  );
  return `{${entries.join(', ')}}`;
}

/** Block scalars for top-level strings, flow style for the rest. A string that cannot be a block scalar is quoted. */
function blockStyle(
  object: JsonObject,
  indicator: '|' | '>',
  lines: (text: string) => readonly string[],
): string {
  return Object.entries(object)
    .map(([name, value]) =>
      typeof value === 'string' && /^\S/.test(value) && !/\s$|\n\s|^\s*$/.test(value)
        ? `${name}: ${indicator}-\n${lines(value)
            .map((line) => `    ${line}\n`)
            .join('')}`
        : `${name}: ${JSON.stringify(value)}\n`,
    )
    .join('');
}

function literalLines(text: string): string[] {
  return text.split('\n');
}

/** Puts each word on a line: a folded block may break lines at single spaces. */
function foldedLines(text: string): string[] {
  return text.replaceAll('\n', '\n\n').split(/\n|(?<=\S) (?=\S)/);
}

function toml(object: JsonObject, quote: (text: string) => string): string {
  return Object.entries(object)
    .map(([name, value]) => `${name} = ${inlineToml(value, quote)}\n`)
    .join('');
}

function literalToml(text: string): string {
  return /['\n]/.test(text) ? JSON.stringify(text) : `'${text}'`;
}

/** Serializes a value as TOML on one line. */
function inlineToml(value: Json, quote: (text: string) => string): string {
  if (typeof value === 'string') return quote(value);
  if (Array.isArray(value)) return `[${value.map((item) => inlineToml(item, quote)).join(', ')}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const entries = Object.entries(value).map(
    ([name, member]) => `${JSON.stringify(name)} = ${inlineToml(member, quote)}`,
  );
  return `{ ${entries.join(', ')} }`;
}
