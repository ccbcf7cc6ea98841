import { isObject, type Json, numberFromText, toNumber } from '../../src/domain/json.ts';
import { mutateEntry, mutateTags } from './mutate-entry.ts';
import { FRAGMENTS, NAMES, NUMBERS, PROTOTYPE_NAMES, REFERENCES, WORDS } from './hostile-values.ts';
import type { Random } from './random.ts';
import { changedAt, childrenOf, placesOf, type TreePlace, withMembers } from './tree.ts';

type Mutate = (tree: Json, place: TreePlace, random: Random) => Json;

/** Returns a copy of a tree with `count` mutations, mild ones or hostile ones. */
export function mutateTree(tree: Json, count: number, random: Random): Json {
  let mutated = tree;
  for (let done = 0; done < count; done += 1) {
    const places = placesOf(mutated);
    const mutate = random.weighted(MUTATIONS);
    mutated = mutate(mutated, random.pick(places), random);
  }
  return mutated;
}

const replaceWithAny: Mutate = (tree, { path }, random) => changedAt(tree, path, () => anyValue(random));

const changeNumber: Mutate = (tree, place, random) =>
  changedAt(tree, nearest(tree, place, isNumber, random).path, () => random.pick(NUMBERS));

const nudgeNumber: Mutate = (tree, place, random) =>
  changedAt(tree, nearest(tree, place, isNumber, random).path, (value) => {
    const number = toNumber(value);
    return number === undefined || !Number.isFinite(number) ? value : number + random.between(-2, 2);
  });

const appendWords: Mutate = (tree, place, random) =>
  changedAt(tree, nearest(tree, place, isText, random).path, (value) =>
    typeof value === 'string'
      ? `${value} ${random.pick(['changed', 'x', '{{value}}', '@slack-x', '42'])}`
      : value,
  );

const insertFragments: Mutate = (tree, place, random) =>
  changedAt(tree, nearest(tree, place, isText, random).path, (value) => {
    if (typeof value !== 'string') return value;
    const at = random.below(value.length + 1);
    const until = random.chance(0.3) ? Math.min(value.length, at + random.below(8)) : at;
    return value.slice(0, at) + fragments(random) + value.slice(until);
  });

const spliceTexts: Mutate = (tree, place, random) => {
  const texts = placesOf(tree).filter(({ value }) => isText(value));
  if (texts.length === 0) return tree;
  const other = random.pick(texts).value;
  return changedAt(tree, nearest(tree, place, isText, random).path, (value) => {
    if (typeof value !== 'string' || typeof other !== 'string') return value;
    return value.slice(0, random.below(value.length + 1)) + other.slice(random.below(other.length + 1));
  });
};

const repeatText: Mutate = (tree, place, random) =>
  changedAt(tree, nearest(tree, place, isText, random).path, (value) => {
    if (typeof value !== 'string') return value;
    const part = random.chance(0.7) ? fragments(random) : value.slice(random.below(value.length + 1));
    const size = random.weighted([
      [50, 300],
      [10, 4000],
      [3, 30_000],
    ] as const);
    const repeated = part.repeat(Math.ceil(size / Math.max(1, part.length)));
    const at = random.below(value.length + 1);
    return value.slice(0, at) + repeated + value.slice(at);
  });

const removePlace: Mutate = (tree, { path }) =>
  path.length === 0 ? tree : changedAt(tree, path, () => undefined);

const addMember: Mutate = (tree, place, random) =>
  changedAt(tree, nearest(tree, place, isObject, random).path, (value) =>
    isObject(value) ? withMembers([...Object.entries(value), [anyName(random), anyValue(random)]]) : value,
  );

const renameMember: Mutate = (tree, place, random) =>
  changedAt(tree, nearest(tree, place, isObject, random).path, (value) => {
    if (!isObject(value)) return value;
    const members = Object.entries(value);
    const at = random.below(members.length + 1);
    return withMembers(
      members.map(([name, member], n) => [n === at ? misspelt(name, random) : name, member]),
    );
  });

const reorder: Mutate = (tree, place, random) =>
  changedAt(tree, nearest(tree, place, isHolder, random).path, (value) => {
    if (Array.isArray(value)) return value.toReversed();
    if (!isObject(value)) return value;
    const members = Object.entries(value);
    const at = random.below(members.length + 1);
    return withMembers([...members.slice(at), ...members.slice(0, at)]);
  });

const copySubtree: Mutate = (tree, { path }, random) => {
  const { value } = random.pick(placesOf(tree));
  return path.length === 0 ? tree : changedAt(tree, path, () => value);
};

const repeatElements: Mutate = (tree, place, random) =>
  changedAt(tree, nearest(tree, place, Array.isArray, random).path, (value) => {
    if (!Array.isArray(value)) return value;
    const count = random.weighted([
      [20, random.between(1, 8)],
      [4, random.between(20, 120)],
      [1, random.between(200, 1200)],
    ] as const);
    const one = value.length === 0 ? anyValue(random) : random.pick(value);
    return [
      ...value,
      ...Array.from({ length: JSON.stringify(one).length * count > 200_000 ? 3 : count }, () => one),
    ];
  });

const widen: Mutate = (tree, place, random) =>
  changedAt(tree, nearest(tree, place, isObject, random).path, (value) => {
    if (!isObject(value)) return value;
    const count = random.pick([5, 50, 500]);
    const other = anyValue(random);
    const more = Array.from({ length: count }, (_, at): [string, Json] => [
      `m${at}`,
      at % 7 === 0 ? other : at,
    ]);
    return withMembers([...Object.entries(value), ...more]);
  });

const nest: Mutate = (tree, { path }, random) =>
  changedAt(tree, path, (value) => {
    let nested = value;
    const depth = random.pick([1, 2, 5, 30, 90, 99, 105, 300]);
    for (let level = 0; level < depth; level += 1)
      nested = random.chance(0.5)
        ? [nested]
        : withMembers([[random.pick(['a', 'options', 'definition']), nested]]);
    return nested;
  });

const setWord: Mutate = (tree, place, random) =>
  changedAt(tree, nearest(tree, place, isText, random).path, () =>
    random.pick([...WORDS, ...PROTOTYPE_NAMES, ...REFERENCES]),
  );

const MUTATIONS: readonly (readonly [number, Mutate])[] = [
  [8, nudgeNumber],
  [10, appendWords],
  [12, insertFragments],
  [5, spliceTexts],
  [3, repeatText],
  [4, replaceWithAny],
  [4, changeNumber],
  [5, removePlace],
  [5, addMember],
  [3, renameMember],
  [5, reorder],
  [4, copySubtree],
  [3, repeatElements],
  [1, widen],
  [1, nest],
  [5, setWord],
  [5, mutateTags],
  [6, mutateEntry],
];

/** Returns a value of any type. */
export function anyValue(random: Random): Json {
  return random.weighted<() => Json>([
    [3, () => random.pick(NUMBERS)],
    [3, () => random.pick([null, true, false, '', [], {}, 0, 1])],
    [3, () => fragments(random)],
    [3, () => random.pick(WORDS)],
    [1, () => random.pick(REFERENCES)],
    [2, () => [anyValue(random), anyValue(random)]],
    [2, () => withMembers([[anyName(random), anyValue(random)]])],
    [1, () => numberFromText(String(random.below(2 ** 31)))],
  ])();
}

function anyName(random: Random): string {
  return random.chance(0.5) ? random.pick(PROTOTYPE_NAMES) : random.pick(NAMES);
}

function misspelt(name: string, random: Random): string {
  return random.weighted([
    [2, anyName(random)],
    [2, name.slice(1)],
    [2, `${name}s`],
    [2, name.toUpperCase()],
    [1, `${name} `],
  ]);
}

/** Returns one to four joined fragments. */
function fragments(random: Random): string {
  return Array.from({ length: random.between(1, 4) }, () => random.pick(FRAGMENTS)).join('');
}

/** Returns the given place if its value fits, else a random place whose value fits, else the given place. */
function nearest(tree: Json, place: TreePlace, fits: (value: Json) => boolean, random: Random): TreePlace {
  if (fits(place.value)) return place;
  const fitting = placesOf(tree).filter(({ value }) => fits(value));
  return fitting.length === 0 ? place : random.pick(fitting);
}

const isText = (value: Json): boolean => typeof value === 'string';
const isNumber = (value: Json): boolean => toNumber(value) !== undefined;
const isHolder = (value: Json): boolean => childrenOf(value).length > 1;
