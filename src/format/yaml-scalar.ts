import type { Json } from '../domain/json.ts';
import { MAX_NUMBER_CHARACTERS, type FaultCode } from './fault.ts';
import { numberFromSpelling } from './number-spelling.ts';

/** The value of a scalar, or why it has no value. */
export type Resolved =
  | { readonly value: Json }
  | { readonly refused: FaultCode; readonly message: string; readonly hint?: string };

/** YAML 1.2's core schema, https://yaml.org/spec/1.2.2/#103-core-schema: only these plain words are no text. */
const WORDS: ReadonlyMap<string, null | boolean> = new Map([
  ...['', '~', 'null', 'Null', 'NULL'].map((word) => [word, null] as const),
  ...['true', 'True', 'TRUE'].map((word) => [word, true] as const),
  ...['false', 'False', 'FALSE'].map((word) => [word, false] as const),
]);
const INTEGER = /^(?:[-+]?\d+|0o[0-7]+|0x[0-9a-fA-F]+)$/;
const FLOAT = /^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/;
const NOT_FINITE = /^(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;
const NUMBER_START = /^[-+.\d]/;

/** The strings that are valid for each core tag. */
const TAGS: ReadonlyMap<string, (text: string) => boolean> = new Map<string, (text: string) => boolean>([
  ['str', () => true],
  ['int', (text) => INTEGER.test(text)],
  ['float', (text) => INTEGER.test(text) || FLOAT.test(text) || NOT_FINITE.test(text)],
  ['bool', (text) => typeof WORDS.get(text) === 'boolean'],
  ['null', (text) => WORDS.get(text) === null],
]);

/** Returns the value of a scalar, given its text, whether it is plain (unquoted), and its tag as written, if any. */
export function resolveScalar(text: string, plain: boolean, written: string | undefined): Resolved {
  if (written === undefined) return plain ? plainValue(text) : { value: text };
  if (written === '!') return { value: text };
  const tag = coreTag(written);
  if (tag === undefined) return unknownTag(written);
  const takes = TAGS.get(tag);
  if (!takes?.(text)) return misfit(written);
  return tag === 'str' ? { value: text } : plainValue(text);
}

/** Returns why a tag is invalid for a collection, or undefined if it is valid. `expected` is `map` or `seq`. */
export function refusedTag(written: string | undefined, expected: string): Resolved | undefined {
  if (written === undefined || written === '!') return undefined;
  const tag = coreTag(written);
  if (tag === undefined) return unknownTag(written);
  return tag === expected ? undefined : misfit(written);
}

function plainValue(text: string): Resolved {
  const word = WORDS.get(text);
  if (word !== undefined) return { value: word };
  if (!NUMBER_START.test(text)) return { value: text };
  if (NOT_FINITE.test(text)) {
    return { refused: 'no_json_form', message: `${text} is a number that JSON cannot hold` };
  }
  if (!INTEGER.test(text) && !FLOAT.test(text)) return { value: text };
  if (text.length > MAX_NUMBER_CHARACTERS) {
    return {
      refused: 'number_too_long',
      message: `A number has more than ${MAX_NUMBER_CHARACTERS} characters`,
    };
  }
  return { value: numberFromSpelling(text) };
}

function coreTag(written: string): string | undefined {
  return /^(?:!!(str|int|float|bool|null|map|seq)|!<tag:yaml\.org,2002:(str|int|float|bool|null|map|seq)>)$/
    .exec(written)
    ?.slice(1)
    .find((name) => name !== undefined);
}

function unknownTag(written: string): Resolved {
  return { refused: 'unknown_tag', message: `Unknown tag ${written}` };
}

function misfit(written: string): Resolved {
  return {
    refused: 'malformed_yaml',
    message: `The value is not valid for its tag ${written}`,
    hint: 'Remove the tag.',
  };
}
