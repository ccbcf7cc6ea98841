import { isObject, type Json, type JsonObject, printJson } from '../../src/domain/json.ts';
import { printYaml } from '../../src/format/encode-yaml.ts';
import { printToml } from '../acceptance/print-toml.ts';
import type { FuzzInput } from './fuzz-case.ts';
import { changedAt, placesOf } from './tree.ts';

/** Returns whether an input still triggers the fault. */
export type Holds = (input: FuzzInput) => Promise<boolean>;

/**
 * Returns a smaller input that still triggers the fault. Reduces the value first (delta debugging on the tree), if printing it
 * without variations triggers the fault too, then the bytes. `isOver` ends the search early; the smallest input so far is returned.
 */
export async function minimise(
  input: FuzzInput,
  tree: Json | undefined,
  holds: Holds,
  isOver: () => boolean,
): Promise<FuzzInput> {
  const withoutRest = await withoutParts(input, holds);
  const reduced = tree === undefined ? withoutRest : await reduceTree(withoutRest, tree, holds, isOver);
  return reduceBytes(reduced, holds, isOver);
}

async function withoutParts(input: FuzzInput, holds: Holds): Promise<FuzzInput> {
  let smallest = input;
  const { before: _, ...alone } = input;
  if (input.before !== undefined && (await holds(alone))) smallest = alone;
  if (Object.keys(input.query).length > 0 && (await holds({ ...smallest, query: {} })))
    smallest = { ...smallest, query: {} };
  return smallest;
}

async function reduceTree(
  input: FuzzInput,
  tree: Json,
  holds: Holds,
  isOver: () => boolean,
): Promise<FuzzInput> {
  const withTree = (value: Json): FuzzInput => ({
    ...input,
    body: Buffer.from(plainly(value, input.format)),
  });
  if (!(await holds(withTree(tree)))) return input;
  let smallest = tree;
  for (let isSmaller = true; isSmaller && !isOver(); ) {
    isSmaller = false;
    for (const candidate of candidatesOf(smallest)) {
      if (isOver()) break;
      if (!(await holds(withTree(candidate)))) continue;
      smallest = candidate;
      isSmaller = true;
      break;
    }
  }
  return withTree(smallest);
}

/** Returns the trees with one part removed, large parts first, because parents come first. */
function* candidatesOf(tree: Json): Generator<Json> {
  for (const { path, value } of placesOf(tree)) {
    if (Array.isArray(value) && value.length > 3) {
      yield changedAt(tree, path, () => value.slice(0, value.length >> 1));
      yield changedAt(tree, path, () => value.slice(value.length >> 1));
    }
    if (path.length > 0) yield changedAt(tree, path, () => undefined);
    if (typeof value === 'string' && value.length > 8) {
      yield changedAt(tree, path, () => value.slice(0, value.length >> 1));
      yield changedAt(tree, path, () => value.slice(value.length >> 1));
    }
  }
}

function plainly(value: Json, format: FuzzInput['format']): string {
  if (format === 'yaml') return printYaml(value);
  return format === 'toml' && isObject(value) ? printToml(withoutNulls(value)) : printJson(value);
}

function withoutNulls(object: JsonObject): JsonObject {
  const nulls = placesOf(object).filter(({ value }) => value === null);
  const less = nulls
    .toReversed()
    .reduce<Json>((tree, { path }) => changedAt(tree, path, () => undefined), object);
  return isObject(less) ? less : {};
}

/** Removes ranges of bytes, starting with half of all and continuing with shorter ones. */
export async function reduceBytes(input: FuzzInput, holds: Holds, isOver: () => boolean): Promise<FuzzInput> {
  let body = Buffer.from(input.body);
  for (let length = body.length >> 1; length >= 1 && !isOver(); length >>= 1) {
    for (let from = 0; from < body.length && !isOver(); ) {
      const shorter = Buffer.concat([body.subarray(0, from), body.subarray(from + length)]);
      if (await holds({ ...input, body: shorter })) body = shorter;
      else from += length;
    }
  }
  return { ...input, body };
}
