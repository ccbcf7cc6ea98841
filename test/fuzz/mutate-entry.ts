import { isObject, type Json, type JsonObject } from '../../src/domain/json.ts';
import { NUMBERS, POINTERS, REFERENCES, TAGS } from './hostile-values.ts';
import type { Random } from './random.ts';
import { changedAt, placesOf, type TreePlace } from './tree.ts';

/** Adds tags to an object or a document, including markers and strings that resemble markers. */
export function mutateTags(tree: Json, _place: TreePlace, random: Random): Json {
  return changeEntry(tree, random, (entry) => {
    const tags = entry['tags'];
    const more = Array.from({ length: random.between(1, 3) }, () => random.pick(TAGS));
    return { ...entry, tags: [...(Array.isArray(tags) ? tags : []), ...more] };
  });
}

/** Changes the fields of an entry that Birddog interprets: key, `adopt`, `unmanaged`, `lint`, references, the marker line. */
export function mutateEntry(tree: Json, _place: TreePlace, random: Random): Json {
  const change = random.pick(CHANGES);
  return changeEntry(tree, random, (entry) => ({ ...entry, ...change(entry, random) }));
}

const CHANGES: readonly ((entry: JsonObject, random: Random) => JsonObject)[] = [
  (_, random) => ({
    key: random.pick(['first', 'second', 'a', '', 'No Slug', '__proto__', 'k'.repeat(81), 7, null]),
  }),
  (_, random) => ({
    adopt: random.pick<Json>([1, '1', '..', '.', '', 'abc-def-ghi', '1e3', ...NUMBERS, '../monitor/1']),
  }),
  (_, random) => ({ unmanaged: Array.from({ length: random.between(0, 3) }, () => random.pick(POINTERS)) }),
  (_, random) => ({
    lint: { ignore: [{ code: random.pick(['no_recipient', 'toString', '', 'all']), because: 'x' }] },
  }),
  (_, random) => ({
    lint: random.pick<Json>([null, [], 'x', { ignore: 1 }, { ignore: [1, {}, { code: 1, because: '' }] }]),
  }),
  ({ message }, random) => ({ message: `${text(message)} ${random.pick(REFERENCES)}` }),
  (_, random) => ({ query: random.pick(REFERENCES), type: 'composite' }),
  ({ description }, random) => ({
    description: `${text(description)}\n\nManaged by Birddog: ${random.pick(['fuzz/first', 'other/x', '', 'a/b/c'])}`,
  }),
  (_, random) => ({ id: random.pick<Json>([1, '..', '', null, ...NUMBERS]) }),
  (_, random) => ({ application: random.pick(['fuzz', 'other', 'No Slug', '', '__proto__', 'checkout']) }),
  (_, random) => ({ team: random.pick<Json>(['t', '', 'No Team', 1, null]) }),
  (_, random) => ({
    catalogs: random.pick<Json>([{}, { datadog: 'x' }, { datadog: '' }, { toString: 'x' }, null]),
  }),
  (_, random) => ({
    notify: random.pick<Json>([['@slack-x'], [''], [], ['{{#is_alert}}'], [{ to: ['@x'] }]]),
  }),
];

function text(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

/** An entry is the root, the object in a wrapper, or an element of a document's list. */
function changeEntry(tree: Json, random: Random, change: (entry: JsonObject) => JsonObject): Json {
  const entries = placesOf(tree).filter(({ path, value }) => path.length <= 2 && isObject(value));
  if (entries.length === 0) return tree;
  const weighted = entries.filter(({ path }) => path.length !== 0);
  const { path } = random.pick(weighted.length > 0 && random.chance(0.85) ? weighted : entries);
  return changedAt(tree, path, (value) => (isObject(value) ? change(value) : value));
}
