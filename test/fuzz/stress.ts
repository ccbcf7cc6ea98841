import type { Json } from '../../src/domain/json.ts';
import { FRAGMENTS } from './hostile-values.ts';
import { anyValue } from './mutate-tree.ts';
import type { Random } from './random.ts';
import { changedAt, placesOf, withMembers } from './tree.ts';

/** Mutations that repeat one part many times, to reveal costs that grow faster than the input. */

/** Lengths (characters) of a repeated range. Quadratic work on half of the longest still ends within seconds. */
const LENGTHS: readonly (readonly [number, number])[] = [
  [6, 1500],
  [6, 6000],
  [3, 24_000],
  [0.4, 100_000],
];

/** Numbers of elements that are added to a list or an object. The maximum exceeds the length of an argument list. */
const COUNTS: readonly (readonly [number, number])[] = [
  [6, 500],
  [6, 3000],
  [2, 20_000],
  [0.5, 150_000],
];

/** Returns a copy in which one text has a repeated part, or one list or object very many elements. */
export function stressTree(tree: Json, random: Random): Json {
  const places = placesOf(tree);
  const texts = places.filter(({ value }) => typeof value === 'string');
  if (texts.length > 0 && random.chance(0.75)) {
    // Chooses a field name first, because a dashboard has a hundred texts but one title.
    const names = [...new Set(texts.map(({ path }) => nameOf(path)))];
    const name = random.pick(names);
    const { path } = random.pick(texts.filter((place) => nameOf(place.path) === name));
    const fragments = random.chance(0.8) ? (BY_NAME.get(name) ?? FRAGMENTS) : FRAGMENTS;
    return changedAt(tree, path, (value) =>
      typeof value === 'string' ? inserted(value, fragments, random) : value,
    );
  }
  const holders = places.filter(({ value }) => typeof value === 'object' && value !== null);
  if (holders.length === 0) return tree;
  const { path } = random.pick(holders);
  return changedAt(tree, path, (value) => crowded(value, random));
}

/** Returns bytes with a repeated part at the beginning or end of a line, or anywhere. */
export function stressBytes(bytes: Buffer, random: Random): Buffer {
  const lineEnd = bytes.indexOf('\n', random.below(bytes.length + 1));
  const at = lineEnd < 0 || random.chance(0.2) ? random.below(bytes.length + 1) : lineEnd + random.below(2);
  return Buffer.concat([bytes.subarray(0, at), Buffer.from(repeated(FRAGMENTS, random)), bytes.subarray(at)]);
}

/** The fragments that the parser of a field searches for, by field name. */
const BY_NAME: ReadonlyMap<string, readonly string[]> = new Map([
  ['message', FRAGMENTS.filter((one) => /[{@$]/.test(one))],
  ['content', FRAGMENTS.filter((one) => /[{@$]/.test(one))],
  ['query', FRAGMENTS.filter((one) => /[({:.)&'">]| OR /.test(one))],
  ['q', FRAGMENTS.filter((one) => /[({:.)&'">]| OR /.test(one))],
]);

/** Returns the last field name of a path. */
function nameOf(path: readonly (string | number)[]): string {
  return String(path.findLast((step) => typeof step === 'string') ?? '');
}

function inserted(text: string, fragments: readonly string[], random: Random): string {
  const at = random.pick([0, text.length, random.below(text.length + 1)]);
  return text.slice(0, at) + repeated(fragments, random) + text.slice(at);
}

/** Single characters that grammars skip or nest. */
const UNITS = [
  ' ',
  '\t',
  '\n',
  '(',
  '{',
  '[',
  '-',
  '|',
  '\\',
  "'",
  '"',
  'a',
  '\u0301',
  '#',
  ',',
  '.',
] as const;

/** Returns a fragment, another one repeated many times, and sometimes a third. */
function repeated(fragments: readonly string[], random: Random): string {
  const unit = random.weighted([
    [4, random.pick(UNITS)],
    [4, random.pick(fragments)],
    [2, random.pick(fragments) + random.pick(fragments)],
  ]);
  const length = random.weighted(LENGTHS);
  const before = random.chance(0.5) ? random.pick(fragments) : '';
  const after = random.chance(0.3) ? random.pick(fragments) : '';
  return before + unit.repeat(Math.ceil(length / unit.length)) + after;
}

function crowded(value: Json, random: Random): Json {
  const element = random.weighted<Json>([
    [3, random.pick<Json>([1, '', null, {}, [], 'a', true])],
    [1, anyValue(random)],
  ]);
  const size = Math.max(1, JSON.stringify(element).length);
  const count = Math.min(random.weighted(COUNTS), Math.ceil(600_000 / size));
  const elements = Array.from({ length: count }, () => element);
  if (Array.isArray(value)) return [...value, ...elements];
  if (random.chance(0.5)) return elements;
  return withMembers([
    ...(typeof value === 'object' && value !== null ? Object.entries(value) : []),
    ...elements.slice(0, 20_000).map((one, at): [string, Json] => [`m${at}`, one]),
  ]);
}
