import { z } from 'zod';
import { readYamlFile } from '../../contract/read-yaml-file.ts';
import { keyFromName } from '../../domain/application.ts';
import type { Finding } from '../../domain/finding.ts';
import { isObject, type Json, type JsonObject, own, textOf } from '../../domain/json.ts';
import { arrayIndex, type Pointer, pointerSteps, pointerTo } from '../../domain/pointer.ts';
import { untakenKey } from './keys.ts';

const LISTS = ['alerts', 'monitors', 'dashboards'] as const;
/** Maximum rules of a mapping, fields of a rule and parts of a `join`. */
const MAX_PARTS = 200;
/** Maximum entries of a document. */
const MAX_ENTRIES = 20_000;
/** Maximum steps in a pointer or the name of a field. */
const MAX_STEPS = 20;
/** Maximum missing values that are reported. */
const MAX_FAULTS = 100;

/** A JSON pointer, or a relative one: `2/name` begins two levels up, and `0#` is the name or position of the item. */
const SOURCE = /^(?:(?:\/[^/]*)*|\d{1,2}(?:#|(?:\/[^/]*)*))$/;
/** Names separated by dots: `options.thresholds.critical`, `tags.0`. */
const TARGET = /^[A-Za-z_][A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+)*$/;

const sourceRule =
  'a source is a JSON pointer into the item, such as /labels/team, or a relative one, such as 1/name or 0#';
const source = z.string(sourceRule).max(1000, sourceRule).regex(SOURCE, sourceRule);
const value: z.ZodType<Json> = z.custom<Json>((given) => given !== undefined);
const form = {
  value: value.optional(),
  from: source.optional(),
  map: z.record(z.string(), value).optional(),
  otherwise: value.optional(),
};
const part = z.union([source, z.strictObject(form)]);
const join = z.array(part).min(1, 'join is a list of values').max(MAX_PARTS);
const field = z.union([source, z.strictObject({ ...form, join: join.optional() })]);
type Field = z.output<typeof field>;

const eachRule =
  'each is a JSON pointer to the entries of the file, in which * stands for every item: /alerts/*';
const rule = z.strictObject({
  each: z
    .string(eachRule)
    .max(1000, eachRule)
    .regex(/^(?:\/[^/]*)*$/, eachRule),
  to: z.enum(LISTS),
  fields: z.record(z.string(), field),
});
type Rule = z.output<typeof rule>;

/** Says which items of a file become which entries of a document. */
export type Mapping = readonly Rule[];

/** A value that a mapping needs and the file lacks, at the item in the file. */
export interface MissingSource {
  readonly pointer: Pointer;
  readonly message: string;
}

/** Reads a mapping: a list of rules. Throws Error with one line `line:column: fault` for each fault. */
export function readMapping(bytes: Buffer): Promise<Mapping> {
  const rules = z.array(rule).min(1, 'a mapping is a list of rules').max(MAX_PARTS);
  return readYamlFile(bytes, rules, (mapping) => mapping.flatMap((one, at) => faultsOf(one, `/${at}`)));
}

/** Returns the faults of a rule that no schema finds: names of fields that are no names, or that contradict each other. */
function faultsOf({ each, fields }: Rule, pointer: Pointer): Finding[] {
  const fault = (message: string, ...steps: string[]): Finding => ({
    code: 'mapping',
    severity: 'error',
    message,
    pointer: pointerTo(pointer, ...steps),
    atName: true,
  });
  const names = new Set(Object.keys(fields));
  const faults = [...names].flatMap((name) => {
    const steps = name.split('.');
    if (!TARGET.test(name) || steps.length > MAX_STEPS || steps.some((step) => step === '__proto__'))
      return [
        fault(`"${name}" is not the name of a field, such as options.thresholds.critical`, 'fields', name),
      ];
    const whole = steps.map((_, at) => steps.slice(0, at).join('.')).find((above) => names.has(above));
    return whole === undefined
      ? []
      : [fault(`"${name}" is a part of "${whole}", which the rule sets too`, 'fields', name)];
  });
  for (const [name, given] of Object.entries(fields)) {
    if (typeof given === 'string') continue;
    const forms = [given, ...(given.join ?? []).filter((one) => typeof one !== 'string')];
    if (forms.every(isOneForm)) continue;
    faults.push(
      fault('a value has one of value, from and join; map and otherwise go with from', 'fields', name),
    );
  }
  if (names.size === 0 || names.size > MAX_PARTS)
    faults.push(fault(`a rule has 1 to ${MAX_PARTS} fields`, 'fields'));
  if (pointerSteps(each).length > MAX_STEPS)
    faults.push(fault(`each has more than ${MAX_STEPS} steps`, 'each'));
  return faults;
}

/** Reports whether an object says in exactly one way where its value comes from. */
function isOneForm(given: Exclude<Field, string>): boolean {
  const forms = [given.value, given.from, given.join].filter((one) => one !== undefined);
  return forms.length === 1 && (given.from !== undefined || (given.map ?? given.otherwise) === undefined);
}

/** A value in the file, with the values that contain it from the root, and the step to each. */
interface Item {
  readonly values: readonly Json[];
  readonly steps: readonly (string | number)[];
}

/** Converts the items of a file to the lists of a document, and reports each source that is missing. */
export function mapped(
  mapping: Mapping,
  file: Json,
): { readonly lists: JsonObject; readonly missing: readonly MissingSource[] } {
  const missing: MissingSource[] = [];
  const report = (pointer: Pointer, message: string) => {
    if (missing.length < MAX_FAULTS) missing.push({ pointer, message });
  };
  const lists = new Map<string, JsonObject[]>();
  const taken = new Map<string, Set<string>>();
  let count = 0;
  for (const { each, to, fields } of mapping) {
    const items = itemsAt(file, each);
    if (items.length === 0) report('', `the file has nothing at ${each}`);
    for (const item of items) {
      count += 1;
      if (count > MAX_ENTRIES) {
        report(pointerTo('', ...item.steps), `the mapping makes more than ${MAX_ENTRIES} entries`);
        return { lists: {}, missing };
      }
      // Monitors and alerts share their keys.
      const kind = to === 'dashboards' ? to : 'monitors';
      const keys = taken.get(kind) ?? new Set<string>();
      taken.set(kind, keys);
      const entry = entryOf(item, fields, (message) => report(pointerTo('', ...item.steps), message));
      const list = lists.get(to) ?? [];
      lists.set(to, list);
      list.push(withKey(entry, keys));
    }
  }
  const ordered = LISTS.flatMap((name) => {
    const list = lists.get(name);
    return list ? [[name, list] as const] : [];
  });
  return { lists: Object.fromEntries(ordered), missing };
}

/** Puts the key first. Makes it a valid one that no other entry has. */
function withKey({ key, ...rest }: JsonObject, taken: Set<string>): JsonObject {
  const valid = key === undefined ? undefined : keyFromName(textOf(key));
  return valid === undefined ? rest : { key: untakenKey(valid, taken), ...rest };
}

/** Returns the items at a pointer in which `*` stands for every item of a list or every field of an object. */
function itemsAt(file: Json, each: Pointer): Item[] {
  let items: Item[] = [{ values: [file], steps: [] }];
  for (const step of pointerSteps(each)) {
    items = items.flatMap(({ values, steps }) => {
      const last = values.at(-1) ?? null;
      return (step === '*' ? allSteps(last) : [step]).flatMap((next) => {
        const found = partOf(last, next);
        return found === undefined ? [] : [{ values: [...values, found], steps: [...steps, next] }];
      });
    });
  }
  return items;
}

function allSteps(of: Json): (string | number)[] {
  if (Array.isArray(of)) return [...of.keys()];
  return isObject(of) ? Object.keys(of) : [];
}

function partOf(of: Json | undefined, step: string | number): Json | undefined {
  if (Array.isArray(of)) return of[typeof step === 'number' ? step : (arrayIndex(step) ?? -1)];
  return isObject(of) ? own(of, String(step)) : undefined;
}

/** Returns the value at a source: a pointer into the item, or one that begins above it. */
function valueOf({ values, steps }: Item, from: string): Json | undefined {
  const [, up = '0', rest = ''] = /^(\d*)(.*)$/s.exec(from) ?? [];
  const at = values.length - 1 - Number(up);
  if (rest === '#') return steps[at - 1];
  let found: Json | undefined = at < 0 ? undefined : values[at];
  for (const step of pointerSteps(rest)) found = partOf(found, step);
  return found;
}

/** The result of a field: a value, nothing because the mapping says so (`otherwise: null`), or the missing source. */
type Result = { readonly value?: Json; readonly missing?: string };

function resultOf(item: Item, given: Field): Result {
  if (typeof given === 'string') return resultOf(item, { from: given });
  if (given.value !== undefined) return { value: given.value };
  if (given.join !== undefined) {
    const parts = given.join.map((one) => resultOf(item, one));
    const missing = parts.find((one) => one.missing !== undefined);
    return missing ?? { value: parts.map(({ value: text }) => textOf(text)).join('') };
  }
  const { from = '', map, otherwise } = given;
  const found = valueOf(item, from);
  const result = map === undefined || found === undefined ? found : own(map, textOf(found));
  if (result !== undefined && result !== null) return { value: result };
  if (otherwise !== undefined) return otherwise === null ? {} : { value: otherwise };
  if (found === undefined || found === null) return { missing: `nothing is at ${from}` };
  return { missing: `map has no value for ${textOf(found).slice(0, 100)}, which is at ${from}` };
}

function entryOf(item: Item, fields: Rule['fields'], report: (message: string) => void): JsonObject {
  const entry: JsonObject = {};
  for (const [target, given] of Object.entries(fields)) {
    const { value: result, missing } = resultOf(item, given);
    if (missing !== undefined) report(`${missing}, the source of ${target}`);
    if (result !== undefined) put(entry, target.split('.'), result);
  }
  return entry;
}

/** Sets a field and makes the objects and lists that contain it: `tags.0` and `tags.1` are the items of a list. */
function put(into: JsonObject | Json[], steps: readonly string[], result: Json): void {
  const [step = '', next, ...rest] = steps;
  let inner = result;
  if (next !== undefined) {
    const made = partOf(into, step);
    const container = Array.isArray(made) || isObject(made) ? made : arrayIndex(next) === undefined ? {} : [];
    put(container, [next, ...rest], result);
    inner = container;
  }
  if (!Array.isArray(into)) into[step] = inner;
  // The items before may be left out.
  else into[Math.min(arrayIndex(step) ?? into.length, into.length)] = inner;
}
