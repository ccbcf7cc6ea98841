import { isObject, type Json, type JsonObject, own, sameJson } from '../domain/json.ts';
import { pointerTo } from '../domain/pointer.ts';
import { checkTimeBudget } from '../domain/time-budget.ts';
import type { Instance } from './instances.ts';
import { filled, type Report } from './scope.ts';
import { type Parameters, scopeOf } from './variants.ts';

/** What a document adds to its entries, by the field of the document: the lists of entries that get it. */
const SHARED = [
  { field: 'tags', lists: ['monitors', 'alerts'] },
  { field: 'notify', lists: ['alerts'] },
] as const;

/** Adds what differs between variants to the entries themselves, because a document has one list for all. */
export interface SharedLists {
  /** The fields of the document whose lists are the same in all variants. */
  readonly fields: JsonObject;
  add(instance: Instance): JsonObject;
}

/** Expands the tags and recipients of a document. `requireSize` throws `too_large` for a value beyond the limits. */
export function sharedListsOf(
  document: JsonObject,
  parameters: Parameters,
  report: Report,
  requireSize: (value: Json) => void,
): SharedLists {
  const fields: JsonObject = {};
  const byVariant: {
    readonly field: 'tags' | 'notify';
    readonly lists: readonly string[];
    readonly values: ReadonlyMap<string | undefined, Json>;
  }[] = [];
  for (const { field, lists } of SHARED) {
    const written = own(document, field);
    if (written === undefined) continue;
    const values = new Map(
      parameters.variants.map((variant) => {
        checkTimeBudget();
        const value = filled(written, scopeOf(parameters, variant, report), { pointer: `/${field}` });
        requireSize(value);
        return [variant.name, value];
      }),
    );
    const [first = null, ...others] = values.values();
    if (others.every((value) => sameJson(value, first))) fields[field] = first;
    else byVariant.push({ field, lists, values });
  }
  return {
    fields,
    add({ list, entry, origin, variant }) {
      const result = { ...entry };
      for (const { field, lists, values } of byVariant) {
        const value = values.get(variant.name);
        if (!lists.some((one) => one === list) || !Array.isArray(value)) continue;
        const existing = own(result, field);
        if (field === 'notify' ? existing !== undefined : existing !== undefined && !Array.isArray(existing))
          continue;
        const before = Array.isArray(existing) ? existing : [];
        const added = value.flatMap((item, at) =>
          before.some((one) => sameJson(one, item)) ? [] : [{ item, at }],
        );
        for (const [index, { at }] of added.entries())
          origin.add(pointerTo('', field, before.length + index), pointerTo('', field, at), false);
        result[field] = [...before, ...added.map(({ item }) => item)];
      }
      return result;
    },
  };
}

/** Returns the parts of a document that are neither lists of entries nor shared lists, with parameters inserted. */
export function otherFields(document: JsonObject, parameters: Parameters, report: Report): JsonObject {
  const scope = scopeOf(parameters, { name: undefined, suffix: '', layer: new Map() }, report);
  return Object.fromEntries(
    Object.entries(document).flatMap(([name, value]) =>
      NOT_FILLED.has(name) ? [] : [[name, filled(value, scope, { pointer: pointerTo('', name) })]],
    ),
  );
}

const NOT_FILLED: ReadonlySet<string> = new Set([
  'parameters',
  'variants',
  'use',
  'packs',
  'monitors',
  'alerts',
  'dashboards',
  'tests',
  'tags',
  'notify',
]);

/** Expands the tests of a document. A test takes the values of the entry whose expanded key it names. */
export function testsOf(
  document: JsonObject,
  parameters: Parameters,
  instances: readonly Instance[],
  report: Report,
): Json | undefined {
  const tests = own(document, 'tests');
  if (!Array.isArray(tests)) return tests;
  const [first = { name: undefined, suffix: '', layer: new Map() }] = parameters.variants;
  const common = scopeOf(
    parameters,
    parameters.variants.length === 1 ? first : { name: undefined, suffix: '', layer: new Map() },
    report,
  );
  const scopes = new Map(
    instances.flatMap(({ list, key, scope }) =>
      list === 'dashboards' || key === undefined ? [] : [[key, scope] as const],
    ),
  );
  return tests.map((test, at) => {
    const pointer = pointerTo('', 'tests', at);
    if (!isObject(test)) return test;
    const alert = filled(test['alert'] ?? null, common, { pointer: pointerTo(pointer, 'alert') });
    const scope = (typeof alert === 'string' && scopes.get(alert)) || common;
    return filled(test, scope, { pointer });
  });
}
