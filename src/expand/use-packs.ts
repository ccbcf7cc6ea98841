import { secondsOf } from '../alerts/durations.ts';
import { isObject, type Json, type JsonObject, own, textsOf, toNumber } from '../domain/json.ts';
import type { Finding } from '../domain/finding.ts';
import { type Pointer, pointerTo } from '../domain/pointer.ts';
import { nearest } from '../lint/nearest.ts';
import { type Combination, combinationsOf } from './each.ts';
import { invalidKey, type Instance, LISTS, type List, type ObjectCount, withNames } from './instances.ts';
import { EntryOrigin } from './origins.ts';
import type { Pack, PackLibrary, PackParameter } from './packs.ts';
import { type Bound, filled, type Layer, type Report, Scope } from './scope.ts';
import { type Parameters, scopeOf, type Variant, variantsFor } from './variants.ts';
import { KEY_SLUG } from '../domain/application.ts';

/** One use of a pack. */
interface Use {
  readonly written: JsonObject;
  readonly pointer: Pointer;
  readonly pack: Pack;
}

/** The parts of an expansion that the uses of packs share. */
interface Context {
  readonly parameters: Parameters;
  readonly report: Report;
  readonly count: ObjectCount;
}

/** Yields the entries that the packs of a document make. */
export function* packInstances(
  document: JsonObject,
  packs: PackLibrary,
  context: Context,
): Generator<Instance> {
  const uses = own(document, 'use');
  if (!Array.isArray(uses)) return;
  for (const [at, written] of uses.entries()) {
    if (!isObject(written)) continue;
    const pointer = pointerTo('/use', at);
    const pack = packOf(written, pointer, packs, context.report);
    if (pack) yield* instancesOfUse({ written, pointer, pack }, context);
  }
}

/** Returns the pack that a document uses. Reports an unknown name or version, and a newer version. */
function packOf(use: JsonObject, pointer: Pointer, packs: PackLibrary, report: Report): Pack | undefined {
  const name = own(use, 'pack');
  if (typeof name !== 'string') return undefined;
  const versions = packs.versionsOf(name);
  const newest = versions.at(-1);
  if (!newest) {
    const meant = nearest(name, packs.names());
    const place = pointerTo(pointer, 'pack');
    report.add({
      code: 'unknown_pack',
      severity: 'error',
      message: `There is no pack "${name}".`,
      pointer: place,
      hint:
        meant === undefined
          ? packs.names().length === 0
            ? 'No packs are installed.'
            : `Packs: ${packs.names().join(', ')}.`
          : `Did you mean "${meant}"?`,
      ...(meant === undefined
        ? {}
        : { fix: { title: `Change to ${meant}`, edits: [{ pointer: place, value: meant }] } }),
    });
    return undefined;
  }
  const wanted = toNumber(own(use, 'version'));
  const pack = wanted === undefined ? newest : versions.find(({ version }) => version === wanted);
  const place = pointerTo(pointer, 'version');
  if (!pack) {
    report.add({
      code: 'unknown_pack_version',
      severity: 'error',
      message: `The pack "${name}" has no version ${wanted}.`,
      pointer: place,
      hint: `Versions: ${versions.map(({ version }) => version).join(', ')}.`,
    });
  } else if (pack.version < newest.version) {
    report.add({
      code: 'pack_update',
      severity: 'info',
      message: `The pack "${name}" has a newer version, ${newest.version}. ${differences(pack, newest)}`,
      pointer: place,
      hint: `Write "version: ${newest.version}" and look at the plan.`,
    });
  }
  return pack;
}

/** Returns a sentence about what a newer version adds, removes and changes. */
function differences(from: Pack, to: Pack): string {
  const before = entriesByKey(from);
  const after = entriesByKey(to);
  const added = [...after.keys()].filter((key) => !before.has(key));
  const removed = [...before.keys()].filter((key) => !after.has(key));
  const changed = [...after].filter(([key, { entry }]) => {
    const earlier = before.get(key);
    return earlier !== undefined && JSON.stringify(earlier.entry) !== JSON.stringify(entry);
  });
  const parts = [
    ...(added.length > 0 ? [`adds ${added.join(', ')}`] : []),
    ...(removed.length > 0 ? [`removes ${removed.join(', ')}`] : []),
    ...(changed.length > 0 ? [`changes ${changed.map(([key]) => key).join(', ')}`] : []),
  ];
  return parts.length === 0 ? 'It makes the same objects.' : `It ${parts.join('; ')}.`;
}

interface PackEntry {
  readonly list: List;
  readonly entry: JsonObject;
}

/** Returns the entries of a pack by their keys in it. */
function entriesByKey(pack: Pack): ReadonlyMap<string, PackEntry> {
  return new Map(
    LISTS.flatMap((list) =>
      (pack.lists.get(list) ?? []).flatMap((entry) =>
        typeof entry['key'] === 'string' ? [[entry['key'], { list, entry }] as const] : [],
      ),
    ),
  );
}

function* instancesOfUse(use: Use, context: Context): Generator<Instance> {
  const { written, pointer, pack } = use;
  const { parameters, report, count } = context;
  const entries = selectedEntries(use, report);
  const used = new Set<string>();
  const changes = own(written, 'change');
  checkNames(use, report);
  for (const variant of variantsFor(written, pointer, parameters, report)) {
    const outer = scopeOf(parameters, variant, report);
    for (const combination of combinationsOf(written, pointer, outer, report)) {
      const outside = scopeOf(parameters, variant, report, combination.layer, used);
      const layer = layerFor(use, outside, report);
      if (!layer) return;
      const scope = new Scope([layer], report, new Set());
      const packNames = new Map(
        [...entries].map(([key, { list }]) => [
          `${list === 'dashboards' ? 'dashboard' : 'monitor'} ${key}`,
          `${pack.name}-${key}${combination.tail}`,
        ]),
      );
      for (const [key, { list, entry }] of entries) {
        if (!count.add(pointer, report)) return;
        const change = isObject(changes) ? own(changes, key) : undefined;
        const patch = change !== undefined && {
          value: filled(change, outside, { pointer: pointerTo(pointer, 'change', key) }),
          pointer: pointerTo(pointer, 'change', key),
        };
        const made = madeFrom(use, { key, entry, patch: patch || undefined, scope, variant, combination });
        const name = `${pack.name}-${key}${combination.tail}`;
        if (!KEY_SLUG.test(`${name}${variant.suffix}`))
          report.add(invalidKey(`${name}${variant.suffix}`, pointer));
        yield { list, ...made, variant, key: `${name}${variant.suffix}`, name, packNames, scope: outside };
      }
    }
  }
  for (const name of used) report.used.add(name);
}

/** Returns the entries of a pack that a use does not leave out. Reports unknown keys in `without` and `change`. */
function selectedEntries({ written, pointer, pack }: Use, report: Report): ReadonlyMap<string, PackEntry> {
  const entries = new Map(entriesByKey(pack));
  const known = [...entries.keys()];
  const unknown = (key: string, place: Pointer, atName: boolean) => {
    const meant = nearest(key, known);
    report.add({
      code: 'unknown_pack_key',
      severity: 'error',
      message: `The pack "${pack.name}" makes no "${key}".`,
      pointer: place,
      ...(atName ? { atName } : {}),
      hint: meant === undefined ? `It makes: ${known.join(', ')}.` : `Did you mean "${meant}"?`,
    });
  };
  const without = own(written, 'without');
  for (const [at, key] of textsOf(without).entries())
    if (!entries.delete(key) && !known.includes(key)) unknown(key, pointerTo(pointer, 'without', at), false);
  const change = own(written, 'change');
  if (isObject(change))
    for (const key of Object.keys(change))
      if (!entries.has(key)) unknown(key, pointerTo(pointer, 'change', key), true);
  return entries;
}

/** Reports values for parameters that the pack does not have, and parameters that have no value. */
function checkNames({ written, pointer, pack }: Use, report: Report): void {
  const given = own(written, 'with');
  const names = [...pack.parameters.keys()];
  for (const name of isObject(given) ? Object.keys(given) : [])
    if (!pack.parameters.has(name)) {
      const meant = nearest(name, names);
      report.add({
        code: 'unknown_parameter',
        severity: 'error',
        message: `The pack "${pack.name}" has no parameter "${name}".`,
        pointer: pointerTo(pointer, 'with', name),
        atName: true,
        hint: meant === undefined ? `Its parameters: ${names.join(', ')}.` : `Did you mean "${meant}"?`,
      });
    }
  for (const [name, { default: otherwise, description }] of pack.parameters)
    if (otherwise === undefined && !(isObject(given) && Object.hasOwn(given, name)))
      report.add({
        code: 'missing_parameter',
        severity: 'error',
        message: `The pack "${pack.name}" needs the parameter "${name}": ${description}`,
        pointer,
        hint: `Add "with: {${name}: ...}".`,
      });
}

/** Returns the values of the parameters of a pack for one use; undefined if one is missing. */
function layerFor({ written, pointer, pack }: Use, scope: Scope, report: Report): Layer | undefined {
  const given = own(written, 'with');
  const layer = new Map<string, Bound>();
  for (const [name, parameter] of pack.parameters) {
    const place = pointerTo(pointer, 'with', name);
    const value = isObject(given) ? own(given, name) : undefined;
    if (value === undefined) {
      if (parameter.default === undefined) return undefined;
      layer.set(name, { value: parameter.default, pointer });
      continue;
    }
    const result = filled(value, scope, { pointer: place });
    const fault = typeFault(parameter, result);
    if (fault !== undefined) report.add(wrongType(pack.name, name, parameter, fault, place));
    layer.set(name, { value: result, pointer: place, isFinal: true });
  }
  return layer;
}

/** Returns what a value is instead of the type of a parameter; undefined if it has the type. */
function typeFault({ type }: PackParameter, value: Json): string | undefined {
  if (type === 'number') return toNumber(value) === undefined ? kindOf(value) : undefined;
  if (type === 'boolean') return typeof value === 'boolean' ? undefined : kindOf(value);
  if (typeof value !== 'string') return kindOf(value);
  return type === 'duration' && secondsOf(value) === undefined ? `"${value.slice(0, 40)}"` : undefined;
}

function kindOf(value: Json): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (toNumber(value) !== undefined) return 'a number';
  if (typeof value === 'string') return 'a text';
  return typeof value === 'boolean' ? String(value) : 'an object';
}

const EXAMPLES: Readonly<Record<PackParameter['type'], string>> = {
  string: 'a text; put a number in quotes',
  number: 'a number, such as 1000',
  boolean: 'true or false',
  duration: 'a duration, such as 5m or 1h30m',
};

function wrongType(
  pack: string,
  name: string,
  { type }: PackParameter,
  fault: string,
  pointer: Pointer,
): Finding {
  return {
    code: 'parameter_type',
    severity: 'error',
    message: `The parameter "${name}" of the pack "${pack}" must be ${EXAMPLES[type].split(/[,;]/)[0]}, not ${fault}.`,
    pointer,
    hint: `Write ${EXAMPLES[type]}.`,
  };
}

interface Making {
  /** The key in the pack. */
  readonly key: string;
  readonly entry: JsonObject;
  /** What `change` says about it, and where. */
  readonly patch: { readonly value: Json; readonly pointer: Pointer } | undefined;
  readonly scope: Scope;
  readonly variant: Variant;
  readonly combination: Combination;
}

/** Makes one entry of a pack. Its origin is the use, and for a value from `with` or `change` that value. */
function madeFrom(
  { pointer, pack }: Use,
  { key, entry, patch, scope, variant, combination }: Making,
): Pick<Instance, 'entry' | 'origin'> {
  const origin = new EntryOrigin(pointer, variant.name);
  origin.add('', pointer, true);
  const add = (...moved: Place) => origin.add(...moved);
  const value = filled(
    entry,
    scope,
    { pointer, inPack: { name: pack.name, pointer: pointerTo('', key) } },
    { at: '', add },
  );
  const changed = patch === undefined ? value : merged(value, patch.value, '', patch.pointer, add);
  const end = `${combination.tail}${variant.suffix}`;
  return {
    entry: isObject(changed) ? withNames(changed, `${pack.name}-${key}${end}`, end) : {},
    origin,
  };
}
type Place = [at: Pointer, from: Pointer, isWhole: boolean];

/** Applies a merge patch (RFC 7396). `add` gets the places of its values. */
function merged(
  target: Json | undefined,
  patch: Json,
  at: Pointer,
  from: Pointer,
  add: (...moved: Place) => void,
): Json {
  if (!isObject(patch)) {
    add(at, from, false);
    return patch;
  }
  const fields = new Map(isObject(target) ? Object.entries(target) : []);
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) fields.delete(name);
    else fields.set(name, merged(fields.get(name), value, pointerTo(at, name), pointerTo(from, name), add));
  }
  return Object.fromEntries(fields);
}
