import { z } from 'zod';
import { keyFromName } from '../domain/application.ts';
import type { Finding } from '../domain/finding.ts';
import { isObject, isRawNumber, type Json, numberFromText, numberText, printJson } from '../domain/json.ts';
import { type Pointer, pointerTo } from '../domain/pointer.ts';
import type { Variant, Variants } from '../domain/schema-parts.ts';
import { distanceWithin, MAX_DISTANCE, suggestWord } from '../lint/nearest.ts';

type Correction = Pick<Finding, 'hint' | 'fix'>;
type Issue = z.core.$ZodRawIssue;

/** What a value must be, by the rule of zod that it breaks. Rules that are not here are described by their schema. */
const WORDING: ReadonlyMap<string, (issue: Issue) => string> = new Map<string, (issue: Issue) => string>([
  ['too_small', (issue) => `must ${limitOf(issue, 'least')}`],
  ['too_big', (issue) => `must ${limitOf(issue, 'most')}`],
  ['not_multiple_of', (issue) => `must be a multiple of ${String(issue['divisor'])}`],
  ['invalid_format', () => 'has characters that are not allowed here'],
  ['unrecognized_keys', () => 'has unknown fields'],
  ['invalid_key', () => 'has a field with an invalid name'],
  ['invalid_element', () => 'has an invalid element'],
  ['custom', () => 'is not valid'],
]);

const UNITS: ReadonlyMap<unknown, string> = new Map([
  ['string', 'characters'],
  ['array', 'elements'],
]);

function limitOf({ origin, minimum, maximum }: Issue, bound: 'least' | 'most'): string {
  const unit = UNITS.get(origin);
  const limit = String(bound === 'least' ? minimum : maximum);
  if (unit === undefined) return `be at ${bound} ${limit}`;
  return `have at ${bound} ${limit} ${limit === '1' ? unit.slice(0, -1) : unit}`;
}

/** Returns a function that words the issues of a schema for which the schema has no own words. */
export function wordingOf(schema: z.ZodType, value: unknown): (issue: Issue) => string {
  return (issue) => WORDING.get(issue.code ?? '')?.(issue) ?? mismatch(schema, value);
}

/** Returns what a value must be, and what it is instead. */
export function mismatch(schema: z.ZodType, value: unknown): string {
  const expected = expectedBy(schema);
  if (value === null) return `has no value: it must be ${expected}`;
  return `must be ${expected}, not ${kindOf(value)}`;
}

/** Returns what is at a place, as the subject of a sentence. `above` is the name of the list that contains it. */
export function subjectOf(name: string | number, above: string | number | undefined): string {
  if (typeof name === 'number') return above === undefined ? 'The element' : `An element of "${above}"`;
  const last = name.slice(name.lastIndexOf('/') + 1);
  return last === '' ? 'The document' : `"${last}"`;
}

/** Returns a description of the values that a schema accepts: "a string", "a list of strings". */
function expectedBy(schema: z.core.$ZodType): string {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable) return expectedBy(schema.unwrap());
  if (schema instanceof z.ZodLazy) return expectedBy(schema.unwrap());
  const words = wordsOf(schema);
  if (words) return orList(words.map((word) => `"${word}"`));
  if (schema instanceof z.ZodUnion) {
    const options = schema.options.filter((option) => !(option instanceof z.ZodNull));
    const [one, many] = options;
    const isRepeated =
      options.length === 2 &&
      many instanceof z.ZodArray &&
      expectedBy(many.element) === expectedBy(one ?? many);
    return isRepeated && one
      ? `${expectedBy(one)}, or a list of these`
      : orList([...new Set(options.map(expectedBy))]);
  }
  if (schema instanceof z.ZodArray) {
    const [, noun = 'elements'] = nounOf(schema.element) ?? [];
    return `a list of ${noun}`;
  }
  return nounOf(schema)?.[0] ?? 'another value';
}

function nounOf(schema: z.core.$ZodType): readonly [one: string, many: string] | undefined {
  if (schema instanceof z.ZodLazy) return nounOf(schema.unwrap());
  if (schema instanceof z.ZodString) return ['a string', 'strings'];
  if (schema instanceof z.ZodObject || schema instanceof z.ZodRecord) return ['an object', 'objects'];
  if (schema instanceof z.ZodNumber) return ['a whole number', 'whole numbers'];
  if (schema instanceof z.ZodCustom) return ['a number', 'numbers'];
  if (schema instanceof z.ZodUnion) {
    const nouns = schema.options.flatMap((option) => [nounOf(option)?.[1] ?? []].flat());
    return [expectedBy(schema), orList(nouns)];
  }
  return undefined;
}

/** Returns the words that a schema accepts, or undefined if it is not a list of words. */
function wordsOf(schema: z.core.$ZodType): string[] | undefined {
  if (schema instanceof z.ZodEnum) return schema.options.map(String);
  if (schema instanceof z.ZodLiteral) return [...schema.values].map(String);
  return undefined;
}

/** Returns all words that a schema accepts somewhere: as the value, or as an option of a union. */
function wordsIn(schema: z.core.$ZodType): string[] {
  if (schema instanceof z.ZodUnion) return schema.options.flatMap(wordsIn);
  return wordsOf(schema) ?? [];
}

function kindOf(value: unknown): string {
  if (typeof value === 'string') {
    if (value.trim() === '') return 'an empty string';
    return value.length <= 40 ? JSON.stringify(value) : 'a string';
  }
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'number' || isRawNumber(value)) return 'a number';
  if (typeof value === 'boolean') return String(value);
  return 'an object';
}

function orList(words: readonly string[]): string {
  return inWords(words, 'or');
}

function inWords(words: readonly string[], conjunction: 'and' | 'or'): string {
  return words.length < 2
    ? words.join('')
    : `${words.slice(0, -1).join(', ')} ${conjunction} ${words.at(-1)}`;
}

/** Returns the hint to add a missing field. */
export function additionOf(name: string | number, schema: z.ZodType): string {
  const { examples } = schema.meta() ?? {};
  const [example]: unknown[] = Array.isArray(examples) ? examples : [];
  return `Add "${name}"${typeof example === 'string' ? `, for example ${JSON.stringify(example)}` : ''}.`;
}

/** A number in JSON's notation, which numberFromText reads. */
const NUMBER = /^-?(?:0|[1-9]\d{0,30})(?:\.\d{1,30})?$/;
/** A string that may be a list in the user's mind. */
const SEVERAL = /[\s,;]/;

/**
 * Returns the correction of a value that does not match its schema: a fix if only one value can be meant, a hint if it is
 * likely. `accepts` returns whether the schema accepts another value.
 */
export function correctionOf(
  schema: z.ZodType,
  value: unknown,
  { pointer, name }: { readonly pointer: Pointer; readonly name: string | number },
  accepts: (value: Json) => boolean,
): Correction {
  // Only lint checks the patterns of the JSON Schema.
  const isAccepted = (json: Json) => accepts(json) && schema.meta()?.pattern === undefined;
  const change = (json: Json): Correction => ({
    fix: { title: `Change to ${printJson(json)}`, edits: [{ pointer, value: json }] },
  });
  const text = typeof value === 'boolean' ? String(value) : isNumber(value) ? numberText(value) : undefined;
  if (text !== undefined) return isAccepted(text) ? change(text) : {};
  if (typeof value !== 'string' || value.length > 200) return {};
  const near = nearestOf(value, wordsIn(schema));
  if (near) return { hint: `Did you mean "${near.word}"?`, ...(near.isOnly ? change(near.word) : {}) };
  if (NUMBER.test(value) && isAccepted(numberFromText(value))) return change(numberFromText(value));
  if (value.trim() !== '' && accepts([value])) return SEVERAL.test(value) ? {} : change([value]);
  const slug = keyFromName(value);
  if (slug === undefined || slug === value || !isAccepted(slug)) return {};
  return name === 'key' ? change(slug) : { hint: `Did you mean "${slug}"?` };
}

function isNumber(value: unknown): value is Json {
  return typeof value === 'number' || isRawNumber(value);
}

/** Returns the known word closest to a misspelt one, and whether it is the only one within two edits. */
function nearestOf(word: string, known: readonly string[]): { word: string; isOnly: boolean } | undefined {
  const meant = suggestWord(word, known);
  if (meant === undefined) return undefined;
  const near = known.filter(
    (one) =>
      Math.abs(one.length - word.length) <= MAX_DISTANCE &&
      distanceWithin(word.toLowerCase(), one.toLowerCase(), MAX_DISTANCE) <= MAX_DISTANCE,
  );
  return { word: meant, isOnly: near.length === 1 };
}

/** The maximum number of values in a field that a fix gives another name: the fix contains them. */
const MAX_MOVED = 200;

/** Returns the finding about an unknown field of an object: the field that is meant, and the known ones. */
export function unknownField(
  name: string,
  object: Readonly<Record<string, Json>>,
  known: readonly string[],
  { pointer, owner }: { readonly pointer: Pointer; readonly owner: string },
): Omit<Finding, 'code' | 'severity'> {
  const near = nearestOf(
    name,
    known.filter((field) => !Object.hasOwn(object, field)),
  );
  const fields = `The fields are ${inWords(known, 'and')}.`;
  const value = object[name] ?? null;
  const finding = {
    message: `"${name}" is not a field of ${owner}.`,
    pointer: pointerTo(pointer, name),
    atName: true as const,
    hint: near ? `Did you mean "${near.word}"? ${fields}` : fields,
  };
  if (!near?.isOnly || countWithin(value, MAX_MOVED) > MAX_MOVED) return finding;
  const edits = [
    { pointer: finding.pointer, remove: true as const },
    { pointer: pointerTo(pointer, near.word), value },
  ];
  return { ...finding, fix: { title: `Change to ${near.word}`, edits } };
}

/** Returns the number of values in a value; stops counting beyond `max`. */
function countWithin(value: Json, max: number): number {
  let count = 1;
  const parts = Array.isArray(value) ? value : isObject(value) ? Object.values(value) : [];
  for (const part of parts) {
    if (count > max) break;
    count += countWithin(part, max - count);
  }
  return count;
}

/** Returns the finding about an object that has the fields of no form, or of several. */
export function wrongForm(
  { noun, forms }: Variants,
  selected: readonly Variant[],
  pointer: Pointer,
): Omit<Finding, 'severity'> {
  const names = forms.map(({ name }) => name);
  return selected.length === 0
    ? { ...noneOf(names, noun), pointer }
    : {
        ...severalOf(
          selected.map(({ name }) => name),
          noun,
        ),
        pointer,
      };
}

/** Returns the finding about an object that does not have exactly one of some fields, or undefined if it has. */
export function wrongChoice(
  names: readonly string[],
  object: Readonly<Record<string, Json>>,
  { noun }: Variants,
  pointer: Pointer,
): Omit<Finding, 'severity'> | undefined {
  const given = names.filter((name) => Object.hasOwn(object, name));
  if (given.length === 1) return undefined;
  return { ...(given.length === 0 ? noneOf(names, noun) : severalOf(given, noun)), pointer };
}

function noneOf(names: readonly string[], noun: string): Pick<Finding, 'code' | 'message' | 'hint'> {
  const list = orList(names.map((name) => `"${name}"`));
  const [, another] = names;
  return {
    code: 'missing_member',
    message: another === undefined ? `${noun} needs ${list}.` : `${noun} needs one of ${list}.`,
    hint: another === undefined ? `Add ${list}.` : 'Add one of them.',
  };
}

function severalOf(names: readonly string[], noun: string): Pick<Finding, 'code' | 'message' | 'hint'> {
  const list = inWords(
    names.map((name) => `"${name}"`),
    'and',
  );
  return {
    code: 'wrong_value',
    message: `${noun} cannot have ${list} together.`,
    hint: 'Keep one of them.',
  };
}
