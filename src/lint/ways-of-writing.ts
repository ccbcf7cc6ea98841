import { isObject, type Json, type JsonObject } from '../domain/json.ts';
import type { Format } from '../format/decoded.ts';

/** One way to serialize an object, for tests of positions. */
export interface WayOfWriting {
  readonly name: string;
  readonly format: Format;
  readonly print: (object: JsonObject) => string;
  /** Serializes a lower-case string. */
  readonly spell: (text: string) => string;
  /** Whether top-level strings are block scalars without quotes. */
  readonly blocks: boolean;
}

const doubled = (text: string): string => text.replaceAll("'", "''");
const asItIs = (text: string): string => text;
const escaped = (text: string): string =>
  text
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');

export const WAYS_OF_WRITING: readonly WayOfWriting[] = [
  way('JSON', 'json', (object) => JSON.stringify(object, undefined, 2)),
  { ...way('JSON with every sign escaped', 'json', (object) => flow(object, escaped)), spell: escaped },
  way('YAML in double quotes', 'yaml', (object) => flow(object, (text) => JSON.stringify(text).slice(1, -1))),
  { ...way('YAML with every sign escaped', 'yaml', (object) => flow(object, escaped)), spell: escaped },
  way('YAML in single quotes', 'yaml', (object) => flow(object, doubled, "'")),
  { ...way('YAML in literal blocks', 'yaml', (object) => inBlocks(object, '|', literalLines)), blocks: true },
  { ...way('YAML in folded blocks', 'yaml', (object) => inBlocks(object, '>', foldedLines)), blocks: true },
  way('TOML', 'toml', (object) => toml(object, JSON.stringify)),
  way('TOML in literal texts', 'toml', (object) => toml(object, literal)),
];

function way(name: string, format: Format, print: WayOfWriting['print']): WayOfWriting {
  return { name, format, print, spell: asItIs, blocks: false };
}

/** Flow style with quoted strings. Multi-line strings always have double quotes. */
function flow(value: Json, spell: (text: string) => string, quote = '"'): string {
  if (typeof value === 'string')
    return value.includes('\n') && quote === "'" ? JSON.stringify(value) : `${quote}${spell(value)}${quote}`;
  if (Array.isArray(value)) return `[${value.map((item) => flow(item, spell, quote)).join(', ')}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const members = Object.entries(value).map(
    ([name, member]) => `${JSON.stringify(name)}: ${flow(member, spell, quote)}`,
  );
  return `{${members.join(', ')}}`;
}

/** Block scalars for top-level strings, flow style for the rest. A string that cannot be a block scalar is quoted. */
function inBlocks(object: JsonObject, sign: '|' | '>', lines: (text: string) => readonly string[]): string {
  return Object.entries(object)
    .map(([name, value]) =>
      typeof value === 'string' && /^\S/.test(value) && !/\s$|\n\s|^\s*$/.test(value)
        ? `${name}: ${sign}-\n${lines(value)
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

function toml(object: JsonObject, quoted: (text: string) => string): string {
  return Object.entries(object)
    .map(([name, value]) => `${name} = ${inline(value, quoted)}\n`)
    .join('');
}

function literal(text: string): string {
  return /['\n]/.test(text) ? JSON.stringify(text) : `'${text}'`;
}

/** Serializes a value as TOML on one line. */
function inline(value: Json, quoted: (text: string) => string): string {
  if (typeof value === 'string') return quoted(value);
  if (Array.isArray(value)) return `[${value.map((item) => inline(item, quoted)).join(', ')}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const members = Object.entries(value).map(
    ([name, member]) => `${JSON.stringify(name)} = ${inline(member, quoted)}`,
  );
  return `{ ${members.join(', ')} }`;
}
