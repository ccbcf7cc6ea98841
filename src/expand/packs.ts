import { isObject, type Json, type JsonObject, own, toNumber } from '../domain/json.ts';

export const PARAMETER_TYPES = ['string', 'number', 'boolean', 'duration'] as const;

/** A parameter of a pack. Without a default, every use must give it a value. */
export interface PackParameter {
  readonly type: (typeof PARAMETER_TYPES)[number];
  readonly description: string;
  readonly default?: string | number | boolean;
  /** The value of a parameter without a default in the tests of the pack, and in examples. */
  readonly example?: string | number | boolean;
}

/** A reusable part of documents: entries with parameters. */
export interface Pack {
  readonly name: string;
  /** A whole number from 1. */
  readonly version: number;
  readonly summary: string;
  readonly parameters: ReadonlyMap<string, PackParameter>;
  /** Its lists `monitors`, `alerts` and `dashboards`. Each entry has a key. */
  readonly lists: ReadonlyMap<string, readonly JsonObject[]>;
}

/** Returns the versions of a pack, the newest last; none if there is no such pack. */
export interface PackLibrary {
  versionsOf(name: string): readonly Pack[];
  names(): readonly string[];
}

export const NO_PACKS: PackLibrary = { versionsOf: () => [], names: () => [] };

/** The version of the format of packs. */
export const PACK_FORMAT = 'birddog/pack/v1';
const LISTS = ['monitors', 'alerts', 'dashboards'] as const;

/** Returns whether a value is a pack rather than a document. */
export function isPack(value: Json): value is JsonObject {
  return (
    isObject(value) &&
    typeof value['apiVersion'] === 'string' &&
    value['apiVersion'].startsWith('birddog/pack/')
  );
}

/** Reads a pack that matches `packSchema`. */
export function readPack(value: JsonObject): Pack {
  const parameters = own(value, 'parameters');
  return {
    name: String(value['name']),
    version: toNumber(value['version']) ?? 1,
    summary: String(value['summary']),
    parameters: new Map(
      Object.entries(isObject(parameters) ? parameters : {}).flatMap(([name, written]) => {
        const parameter = parameterOf(written);
        return parameter ? [[name, parameter] as const] : [];
      }),
    ),
    lists: new Map(
      LISTS.map((list) => {
        const entries = own(value, list);
        return [list, Array.isArray(entries) ? entries.filter(isObject) : []];
      }),
    ),
  };
}

function parameterOf(written: Json): PackParameter | undefined {
  if (!isObject(written)) return undefined;
  const type = PARAMETER_TYPES.find((each) => each === written['type']);
  if (!type) return undefined;
  const standard = scalarOf(own(written, 'default'));
  const example = scalarOf(own(written, 'example'));
  return {
    type,
    description: String(written['description']),
    ...(standard === undefined ? {} : { default: standard }),
    ...(example === undefined ? {} : { example }),
  };
}

function scalarOf(value: Json | undefined): string | number | boolean | undefined {
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  return toNumber(value);
}

/** Returns a library of packs. Of packs with the same name and version, the last one counts. */
export function libraryOf(packs: Iterable<Pack>): PackLibrary {
  const byName = new Map<string, Map<number, Pack>>();
  for (const pack of packs) {
    const versions = byName.get(pack.name) ?? new Map<number, Pack>();
    byName.set(pack.name, versions.set(pack.version, pack));
  }
  return {
    versionsOf: (name) => [...(byName.get(name)?.values() ?? [])].toSorted((a, b) => a.version - b.version),
    names: () => [...byName.keys()],
  };
}

/**
 * Returns a pack as a document with the defaults and examples of its parameters, to lint it and to run its tests. Entries and tests
 * have the same pointers in both.
 */
export function exampleDocument(value: JsonObject): JsonObject {
  const { parameters } = readPack(value);
  const { name, version: _, summary: __, apiVersion: ___, parameters: ____, ...parts } = value;
  return {
    application: String(name),
    team: 'packs',
    parameters: Object.fromEntries(
      [...parameters].map(([parameter, { default: standard, example }]) => [
        parameter,
        standard ?? example ?? null,
      ]),
    ),
    notify: ['@somebody@example.com'],
    ...parts,
  };
}
