import { isObject, type Json, type JsonObject } from '../../src/domain/json.ts';
import { types } from '../../src/lint/dashboard/widget-types.ts';

type Random = () => number;
type Steps = readonly (string | number)[];

/** A document with one mistake, and where it is. */
interface Mutant {
  readonly document: Json;
  readonly place: string;
}

/** Makes one mistake at a random place of a document; undefined if it has no place for this kind of mistake. */
type Mutate = (document: JsonObject, random: Random) => Mutant | undefined;

/** The mistakes that people make in documents. */
export const SCHEMA_MUTATIONS: readonly (readonly [name: string, mutate: Mutate])[] = [
  [
    'misspelt field',
    (document, random) =>
      mutant(document, random, {
        where: ({ steps }) => typeof steps.at(-1) === 'string',
        edit: (parent, name) => {
          const wrong = misspelt(String(name), random);
          const fields = Object.entries(parent).map(([key, value]) => [key === name ? wrong : key, value]);
          return { edited: Object.fromEntries(fields), what: wrong };
        },
      }),
  ],
  [
    'wrong type',
    (document, random) =>
      mutant(document, random, {
        where: ({ value }) => value !== null,
        edit: (parent, name, value) => {
          const others = Object.entries(WRONG).filter(([type]) => type !== typeOf(value));
          return withValue(parent, name, choose(others, random)?.[1] ?? null);
        },
      }),
  ],
  [
    'unknown value',
    (document, random) =>
      mutant(document, random, {
        where: ({ steps, value }) =>
          typeof value === 'string' && (VALUES.get(String(steps.at(-1)))?.has(value) ?? false),
        edit: (parent, name, value) =>
          withValue(parent, name, choose(['bogus', `${String(value)}x`, 'not_a_value'], random) ?? null),
      }),
  ],
];

/** A value of each type. */
const WRONG: Readonly<Record<string, Json>> = {
  string: 'wrong',
  number: 7,
  boolean: true,
  list: [7],
  object: { wrong: 7 },
};

function typeOf(value: Json): string {
  return Array.isArray(value) ? 'list' : typeof value;
}

/** The known values of the fields of monitors, dashboards and alerts that have some, by the name of the field. */
const VALUES = new Map([['severity', new Set(['critical', 'high', 'medium', 'low', 'info'])]]);
for (const { fields } of types().values())
  for (const [name, { type }] of fields)
    for (const value of types().get(type)?.values ?? [])
      VALUES.set(name, (VALUES.get(name) ?? new Set()).add(value));

interface Place {
  readonly steps: Steps;
  readonly value: Json;
}

interface Mistake {
  readonly where: (place: Place) => boolean;
  /** Returns the object or list with its changed member, and what describes the change. */
  readonly edit: (
    parent: JsonObject | Json[],
    name: string | number,
    value: Json,
  ) => { edited: Json; what: string };
}

function mutant(document: JsonObject, random: Random, { where, edit }: Mistake): Mutant | undefined {
  const place = choose(placesIn(document, []).filter(where), random);
  if (place === undefined) return undefined;
  let what = '';
  const change = (node: Json, [step = '', ...rest]: Steps): Json => {
    if (!isObject(node) && !Array.isArray(node)) return node;
    const value = memberOf(node, step);
    if (rest.length > 0) return withValue(node, step, change(value, rest)).edited;
    const done = edit(node, step, value);
    ({ what } = done);
    return done.edited;
  };
  const changed = change(document, place.steps);
  return { document: changed, place: `/${place.steps.join('/')}: ${what}` };
}

function memberOf(parent: JsonObject | Json[], name: string | number): Json {
  return (isObject(parent) ? parent[name] : parent[Number(name)]) ?? null;
}

function withValue(parent: JsonObject | Json[], name: string | number, value: Json) {
  const what = JSON.stringify(value).slice(0, 80);
  if (isObject(parent)) return { edited: { ...parent, [name]: value }, what };
  return { edited: parent.map((item, at) => (at === name ? value : item)), what };
}

function placesIn(value: Json, steps: Steps): Place[] {
  const members: (readonly [string | number, Json])[] = Array.isArray(value)
    ? [...value.entries()]
    : isObject(value)
      ? Object.entries(value)
      : [];
  return members.flatMap(([name, member]) => [
    { steps: [...steps, name], value: member },
    ...placesIn(member, [...steps, name]),
  ]);
}

/** Returns a name with one character missing, doubled, wrong or swapped with the next. */
function misspelt(name: string, random: Random): string {
  const at = Math.floor(random() * name.length);
  const [before, here, after] = [name.slice(0, at), name.charAt(at), name.slice(at + 1)];
  const next = after.charAt(0);
  const wrong = [before + after, before + here + here + after, `${before}z${after}`];
  if (next !== '' && next !== here) wrong.push(before + next + here + after.slice(1));
  return choose(wrong, random) ?? name;
}

function choose<T>(items: readonly T[], random: Random): T | undefined {
  return items[Math.floor(random() * items.length)];
}
