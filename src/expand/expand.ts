import type { Finding } from '../domain/finding.ts';
import { isObject, type Json, type JsonObject, own } from '../domain/json.ts';
import { type Pointer, pointerTo } from '../domain/pointer.ts';
import { checkTimeBudget } from '../domain/time-budget.ts';
import { tooLarge } from '../domain/problem.ts';
import type { DecodeLimits } from '../format/decoded.ts';
import { nearest } from '../lint/nearest.ts';
import { type Instance, instancesOf, LISTS, ObjectCount } from './instances.ts';
import { KeysByName, withOwnReferences } from './key-references.ts';
import { Origins } from './origins.ts';
import { NO_PACKS, type PackLibrary } from './packs.ts';
import { Report } from './scope.ts';
import { otherFields, sharedListsOf, testsOf } from './shared-lists.ts';
import { packInstances } from './use-packs.ts';
import { type Parameters, parametersOf, scopeOf } from './variants.ts';

type SizeLimits = Pick<DecodeLimits, 'bytes' | 'values' | 'entry'>;

/** A document without parameters, variants, `each` and packs. */
export interface Expansion {
  readonly document: JsonObject;
  /** Where each value is written. */
  readonly origins: Origins;
  /** About the document as written. With an error, the expanded document is incomplete. */
  readonly findings: readonly Finding[];
}

export interface ExpandOptions {
  /** Values of parameters that come before all others, by name. */
  readonly set?: ReadonlyMap<string, string>;
  readonly packs?: PackLibrary;
  /** The limits of the expanded document; default none. */
  readonly limits?: SizeLimits;
}

const NO_LIMITS: SizeLimits = { bytes: Number.POSITIVE_INFINITY, values: Number.POSITIVE_INFINITY };

/** Counts the values and characters of parts of an expanded document. Throws `too_large` beyond the limits. */
class ExpandedSize {
  readonly #limits: SizeLimits;
  #values = 0;
  #bytes = 0;

  constructor(limits: SizeLimits) {
    this.#limits = limits;
  }

  addEntry(entry: JsonObject): void {
    const { entry: perEntry } = this.#limits;
    const before = { values: this.#values, bytes: this.#bytes };
    this.add(entry);
    if (perEntry) {
      requireWithin('values', this.#values - before.values, perEntry.values, 'An expanded entry');
      requireWithin('bytes', this.#bytes - before.bytes, perEntry.bytes, 'An expanded entry');
    }
  }

  add(value: Json): void {
    this.#values += 1;
    this.#bytes += typeof value === 'string' ? value.length : 4;
    requireWithin('values', this.#values, this.#limits.values, 'The expanded document');
    requireWithin('bytes', this.#bytes, this.#limits.bytes, 'The expanded document');
    if (Array.isArray(value)) for (const item of value) this.add(item);
    else if (isObject(value))
      for (const [name, member] of Object.entries(value)) {
        this.#bytes += name.length;
        this.add(member);
      }
  }
}

function requireWithin(unit: 'values' | 'bytes', measured: number, limit: number, what: string): void {
  if (measured > limit) throw tooLarge({ unit, limit, measured }, what);
}

/** The fields of a document that make it one to expand. */
const FIELDS = ['parameters', 'variants', 'use'] as const;
const ENTRY_FIELDS = ['each', 'only', 'except'] as const;

/** Returns whether a document has parameters, variants, packs or `each`. Elsewhere `${x}` is a text like any other. */
export function isExpandable(document: JsonObject): boolean {
  if (FIELDS.some((field) => Object.hasOwn(document, field))) return true;
  return LISTS.some((list) => {
    const entries = own(document, list);
    return (
      Array.isArray(entries) &&
      entries.some((entry) => isObject(entry) && ENTRY_FIELDS.some((field) => Object.hasOwn(entry, field)))
    );
  });
}

/**
 * Expands a document: packs, then `each`, then variants. Values in it have the shape of `documentPartsSchema`; others are left out.
 * Deterministic. Undefined for a document with nothing to expand, unless `set` has values for it.
 */
export function expandDocument(
  document: JsonObject,
  { set = new Map(), packs = NO_PACKS, limits = NO_LIMITS }: ExpandOptions = {},
): Expansion | undefined {
  const report = new Report();
  if (!isExpandable(document)) {
    reportUnknown(set, new Set(), report);
    return report.hasErrors
      ? { document, origins: new Origins(new Map()), findings: report.findings }
      : undefined;
  }
  const parameters = parametersOf(document, set, report);
  const count = new ObjectCount();
  const size = new ExpandedSize(limits);
  const instances: Instance[] = [];
  const add = (instance: Instance) => {
    checkTimeBudget();
    size.addEntry(instance.entry);
    instances.push(instance);
  };
  for (const instance of packInstances(document, packs, { parameters, report, count })) add(instance);
  for (const instance of instancesOf(document, parameters, report, count)) add(instance);
  const distinct = withoutCollisions(instances, report);
  const requireSize = (value: Json) => new ExpandedSize(limits).add(value);
  const shared = sharedListsOf(document, parameters, report, requireSize);
  const fields = { ...otherFields(document, parameters, report), ...shared.fields };
  // Entries are counted again with what the document adds to them.
  const whole = new ExpandedSize(limits);
  whole.add(fields);
  const keys = new KeysByName(distinct);
  const application = typeof fields['application'] === 'string' ? fields['application'] : '';
  const entries = new Map<string, JsonObject[]>();
  const origins = new Map(
    LISTS.map((list) => [list, distinct.flatMap((one) => (one.list === list ? [one.origin] : []))]),
  );
  for (const instance of distinct) {
    checkTimeBudget();
    const entry = shared.add({ ...instance, entry: withOwnReferences(instance, application, keys) });
    whole.add(entry);
    const list = entries.get(instance.list);
    if (list) list.push(entry);
    else entries.set(instance.list, [entry]);
  }
  const tests = testsOf(document, parameters, distinct, report);
  whole.add(tests ?? null);
  reportUnused(document, parameters, report);
  return {
    document: {
      ...fields,
      ...Object.fromEntries(
        LISTS.flatMap((list): [string, Json][] => {
          const expanded = entries.get(list);
          const written = own(document, list);
          if (expanded) return [[list, expanded]];
          return written === undefined ? [] : [[list, Array.isArray(written) ? [] : written]];
        }),
      ),
      ...(tests === undefined ? {} : { tests }),
    },
    origins: new Origins(origins),
    findings: report.findings,
  };
}

/** Leaves out entries with the key of an earlier one, and reports them, if expansion gave one of them its key. */
function withoutCollisions(instances: readonly Instance[], report: Report): Instance[] {
  const byKey = new Map<string, Instance>();
  return instances.filter((instance) => {
    const { list, key, variant, origin } = instance;
    if (key === undefined) return true;
    const name = `${list === 'dashboards' ? 'dashboard' : 'monitor'} ${key}`;
    const earlier = byKey.get(name);
    if (!earlier) {
      byKey.set(name, instance);
      return true;
    }
    // Two entries written with the same key are a duplicate like any other.
    if (
      earlier.origin.source !== origin.source &&
      variant.name === undefined &&
      isAsWritten(earlier) &&
      isAsWritten(instance)
    )
      return true;
    const variantText = ({ variant: { name: of } }: Instance) =>
      of === undefined ? '' : ` in the variant "${of}"`;
    report.add({
      code: 'key_collision',
      severity: 'error',
      message:
        earlier.origin.source === origin.source
          ? `The entry has the key "${key}" twice${variantText(instance)}.`
          : `The entry${variantText(instance)} has the key "${key}", as ${earlier.origin.source} has${variantText(earlier)}.`,
      pointer: origin.source,
      hint: 'Change the "key", the values in "each", or the "suffix" of a variant.',
    });
    return false;
  });
}

function isAsWritten({ key, name, origin }: Instance): boolean {
  return key === name && origin.of('/key') === pointerTo(origin.source, 'key');
}

/** Reports parameters that nothing uses, and values from outside that no parameter takes. */
function reportUnused(document: JsonObject, parameters: Parameters, report: Report): void {
  if (report.hasErrors) return;
  const { defaults, set, variants } = parameters;
  const known = new Set([
    ...defaults.keys(),
    ...variants.flatMap(({ layer }) => [...layer.keys()]),
    ...namesOfEach(document),
  ]);
  reportUnknown(set, known, report);
  for (const [layer, variant] of [
    [defaults, variants[0]] as const,
    ...variants.map((one) => [one.layer, one] as const),
  ])
    for (const [name, { pointer = '' }] of layer) {
      if (report.used.has(name)) continue;
      if (variant) scopeOf(parameters, variant, report).check(name);
      // A variant may give a parameter a value that has been reported.
      if (layer === defaults || !defaults.has(name)) report.add(unused(name, pointer));
    }
}

/** Reports values from outside that no parameter takes. */
function reportUnknown(set: ReadonlyMap<string, unknown>, known: ReadonlySet<string>, report: Report): void {
  for (const name of set.keys()) {
    if (known.has(name)) continue;
    const meant = nearest(name, known);
    report.add({
      code: 'unknown_parameter',
      severity: 'error',
      message: `"set" gives "${name}" a value, but the document has no such parameter.`,
      pointer: '',
      hint:
        meant !== undefined
          ? `Did you mean "${meant}"?`
          : known.size > 0
            ? `Parameters: ${[...known].join(', ')}.`
            : 'Define it in "parameters".',
    });
  }
}

function namesOfEach(document: JsonObject): string[] {
  return ['use', ...LISTS].flatMap((list) => {
    const entries = own(document, list);
    return (Array.isArray(entries) ? entries : []).flatMap((entry) => {
      const each = isObject(entry) ? own(entry, 'each') : undefined;
      return isObject(each) ? Object.keys(each) : [];
    });
  });
}

function unused(name: string, pointer: Pointer): Finding {
  return {
    code: 'unused_parameter',
    severity: 'warning',
    message: `Nothing uses the parameter "${name}".`,
    pointer,
    atName: true,
    hint: `Write "\${${name}}" where its value belongs, or remove it.`,
    fix: { title: `Remove ${name}`, edits: [{ pointer, remove: true }] },
  };
}
