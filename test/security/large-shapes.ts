import type { JsonObject } from '../../src/domain/json.ts';
import { printToml } from '../acceptance/print-toml.ts';

export const FORMATS = ['json', 'yaml', 'toml'] as const;
type BodyFormat = (typeof FORMATS)[number];

/** A document that reaches a limit. The same shape and format always give the same text. */
export interface LargeShape {
  readonly name: string;
  readonly text: (format: BodyFormat) => string;
}

/** Numbers of values just below the limits of an object and of a document. */
const OBJECT_VALUES = 49_000;
const DOCUMENT_VALUES = 980_000;
/** Length of a string that keeps its object below 1 MiB. */
const STRING_LENGTH = 1_000_000;
const OBJECTS = 15;

const list = <T>(count: number, item: (at: number) => T): T[] =>
  Array.from({ length: count }, (_, at) => item(at));
const monitors = (count: number, fields: (at: number) => JsonObject): JsonObject => ({
  application: 'payments-batch',
  team: 't',
  monitors: list(count, (at) => ({
    key: `k${at}`,
    type: 'query alert',
    query: 'avg(last_5m):avg:a{*} > 1',
    ...fields(at),
  })),
});
const repeated = (fragment: string) =>
  fragment.repeat(Math.floor(STRING_LENGTH / JSON.stringify(fragment).length));
const nested = (depth: number): JsonObject => (depth === 0 ? {} : { a: nested(depth - 1), b: 1, c: 'x' });

/** The largest document of each of eleven shapes. Each reaches the limit of bytes, values or depth at the maximum cost. */
export const LARGE_SHAPES: readonly LargeShape[] = [
  shape('many wrong values', { monitors: list(DOCUMENT_VALUES, () => 1) }),
  {
    name: 'many empty objects, in YAML each with an anchor',
    text: (format) =>
      format === 'yaml'
        ? `monitors:\n${list(DOCUMENT_VALUES, (at) => `  - &${at.toString(36)} {}\n`).join('')}`
        : PRINT[format]({ monitors: list(DOCUMENT_VALUES, () => ({})) }),
  },
  shape(
    'long lists of wrong tags',
    monitors(OBJECTS, () => ({ tags: list(OBJECT_VALUES, () => 1) })),
  ),
  shape(
    'long lists of tags',
    monitors(OBJECTS, () => ({ tags: list(OBJECT_VALUES, (at) => `t:${at}`) })),
  ),
  shape('many small objects', { monitors: list(DOCUMENT_VALUES / 2, (at) => ({ name: `n${at}` })) }),
  shape(
    'objects of many unknown fields',
    monitors(OBJECTS, () => Object.fromEntries(list(OBJECT_VALUES, (at) => [`field${at}`, at]))),
  ),
  shape(
    'long messages',
    monitors(OBJECTS, () => ({ message: repeated("{{#is_match '{{ @x ") })),
  ),
  shape(
    'long queries',
    monitors(OBJECTS, () => ({ query: `avg(last_5m):${repeated('avg:a{b:c} + (')}` })),
  ),
  shape(
    'strings of escapes',
    monitors(OBJECTS, () => ({ message: repeated('\u0001\n"\\') })),
  ),
  shape(
    'references',
    monitors(OBJECTS, () => ({ message: repeated('${monitor:k1} ${monitor:') })),
  ),
  shape(
    'deep objects',
    monitors(3000, () => ({ options: nested(90) })),
  ),
];

function shape(name: string, document: JsonObject): LargeShape {
  return { name, text: (format) => PRINT[format](document) };
}

const PRINT: Readonly<Record<BodyFormat, (document: JsonObject) => string>> = {
  json: (document) => JSON.stringify(document),
  yaml: (document) =>
    Object.entries(document)
      .map(([name, value]) =>
        Array.isArray(value)
          ? `${name}:\n${value.map((item) => `  - ${JSON.stringify(item)}\n`).join('')}`
          : `${name}: ${JSON.stringify(value)}\n`,
      )
      .join(''),
  toml: printToml,
};
