import { z } from 'zod';
import type { Finding } from '../domain/finding.ts';
import { Findings } from '../domain/findings.ts';
import { isObject, isRawNumber, type Json, type JsonObject, own } from '../domain/json.ts';
import { type Pointer, pointerTo } from '../domain/pointer.ts';
import { type Variant, type Variants, variantsOf } from '../domain/schema-parts.ts';
import {
  additionOf,
  correctionOf,
  mismatch,
  subjectOf,
  unknownField,
  wordingOf,
  wrongChoice,
  wrongForm,
} from './check-wording.ts';

/**
 * Checks a value against a schema. Returns a finding for each mistake, with a pointer below `base`, within the limits of a
 * response. The finding for a missing field points to the object that lacks it.
 */
export function check(schema: z.ZodType, value: Json, base: Pointer): Finding[] {
  const findings = new Findings();
  addCheck(findings, schema, value, base);
  return findings.list();
}

/**
 * Adds a finding for each mistake in a value. Walks lists and objects itself and passes only scalar values to zod, because
 * zod collects an issue for every invalid element and has no limit.
 */
export function addCheck(findings: Findings, schema: z.ZodType, value: Json, base: Pointer): void {
  checkerOf(schema)(value, { findings, above: undefined, name: base, isMissing: false });
}

/** A part of the value that is checked. Its pointer is needed only for findings. */
interface Place {
  readonly findings: Findings;
  /** The object or list that contains it. */
  readonly above: Place | undefined;
  /** Its name or position there; without one, the pointer to it. */
  readonly name: string | number;
  /** Whether it is a field that is missing. */
  readonly isMissing: boolean;
}

function pointerOf({ above, name }: Place): Pointer {
  return above === undefined ? String(name) : pointerTo(pointerOf(above), name);
}

/** What is checked: undefined if it is missing. */
type Value = Json | readonly Json[] | undefined;

type Checker = (value: Json | undefined, place: Place) => void;

const checkers = new WeakMap<z.ZodType, Checker>();

/** Returns the function that adds the findings about a value for a schema. Looks at each schema once, as it takes long. */
function checkerOf(schema: z.ZodType): Checker {
  let checker = checkers.get(schema);
  if (!checker) checkers.set(schema, (checker = makeChecker(schema)));
  return checker;
}

function makeChecker(schema: z.ZodType): Checker {
  if (schema instanceof z.ZodOptional) return unlessGiven(undefined, requireSchema(schema.unwrap()));
  if (schema instanceof z.ZodNullable) return unlessGiven(null, requireSchema(schema.unwrap()));
  const addIssues = issuesOf(schema);
  if (schema instanceof z.ZodObject) {
    const variants = variantsOf(schema);
    const members = variants ? formsOf(schema, variants) : membersOf(schema);
    // Checks of the object itself. Those of an object with several forms are made by its members.
    const whole = variants === undefined && (schema.def.checks ?? []).length > 0;
    return (value, place) => {
      const before = place.findings.size;
      if (isObject(value)) members(value, place);
      if (!isObject(value) || (whole && place.findings.size === before)) addIssues(value, place);
    };
  }
  if (schema instanceof z.ZodArray) {
    const items = itemsOf(schema);
    return (value, place) => (Array.isArray(value) ? items(value, place) : addIssues(value, place));
  }
  if (schema instanceof z.ZodRecord && schema.keyType instanceof z.ZodString) {
    const values = requireSchema(schema.valueType);
    return (value, place) => {
      if (!isObject(value)) addIssues(value, place);
      else addRecordFindings(values, value, place);
    };
  }
  if (schema instanceof z.ZodLazy) return later(() => requireSchema(schema.unwrap()));
  return schema instanceof z.ZodUnion ? optionsOf(schema) : addIssues;
}

function addRecordFindings(schema: z.ZodType, value: JsonObject, place: Place): void {
  const { findings } = place;
  for (const [name, one] of Object.entries(value))
    checkerOf(schema)(one, { findings, above: place, name, isMissing: false });
}

/** Returns a checker whose schema is looked at when it is needed: it may contain itself. */
function later(schema: () => z.ZodType): Checker {
  let checker: Checker | undefined;
  return (value, place) => {
    checker ??= checkerOf(schema());
    checker(value, place);
  };
}

function unlessGiven(accepted: undefined | null, schema: z.ZodType): Checker {
  const checker = checkerOf(schema);
  return (value, place) => {
    if (value !== accepted) checker(value, place);
  };
}

/** Checks an object against the one form that its fields select. */
function formsOf(schema: z.ZodObject, variants: Variants): (value: JsonObject, place: Place) => void {
  const all = membersOf(schema);
  const byForm = new Map(
    [variants.otherwise ?? [], variants.forms]
      .flat()
      .map((form) => [form, membersOf(form.schema, form === variants.otherwise ? undefined : form)]),
  );
  return (value, place) => {
    const selected = variants.forms.filter(({ name }) => Object.hasOwn(value, name));
    const [form = variants.otherwise, another] = selected;
    const report = (finding: Omit<Finding, 'severity'>) =>
      place.findings.add({ ...finding, severity: 'error' });
    if (form === undefined || another !== undefined) {
      const misspelt = Object.keys(value).some((name) => !Object.hasOwn(schema.shape, name));
      all(value, place);
      if (!misspelt || another !== undefined) report(wrongForm(variants, selected, pointerOf(place)));
      return;
    }
    const { findings } = place;
    const before = findings.size;
    byForm.get(form)?.(value, place);
    const choice = form.oneOf && wrongChoice(form.oneOf, value, variants, pointerOf(place));
    if (choice && findings.size === before) report(choice);
  };
}

function membersOf(schema: z.ZodObject, form?: Variant): (value: JsonObject, place: Place) => void {
  // A schema may contain itself, so its members are looked at later.
  let members: readonly (readonly [name: string, checker: Checker])[] | undefined;
  const hasOthers = !(schema.def.catchall instanceof z.ZodNever);
  return (value, place) => {
    const { findings } = place;
    members ??= Object.entries(schema.shape).map(([name, one]) => [name, checkerOf(requireSchema(one))]);
    for (const [name, checker] of members) {
      const isMissing = !Object.hasOwn(value, name);
      checker(isMissing ? undefined : own(value, name), { findings, above: place, name, isMissing });
    }
    if (hasOthers) return;
    for (const name of Object.keys(value)) {
      if (Object.hasOwn(schema.shape, name)) continue;
      if (!findings.accepts(UNKNOWN)) findings.skip('error');
      else
        findings.add({
          ...UNKNOWN,
          ...unknownField(name, value, Object.keys(schema.shape), {
            pointer: pointerOf(place),
            owner: `${ownerOf(schema, place)}${form ? ` with "${form.name}"` : ''}`,
          }),
        });
    }
  };
}

/** Returns what an object is, for a sentence about its fields. */
function ownerOf(schema: z.ZodObject, { name, above }: Place): string {
  if (typeof name === 'number') return `an element of "${above?.name ?? ''}"`;
  const last = name.slice(name.lastIndexOf('/') + 1);
  if (last !== '') return `"${last}"`;
  return schema.meta()?.id === 'Document' ? 'a document' : 'the body';
}

const UNKNOWN = { code: 'unknown_member', severity: 'error' } as const;

function itemsOf(schema: z.ZodArray): (value: readonly Json[], place: Place) => void {
  const element = checkerOf(requireSchema(schema.element));
  // Checks of the list itself, such as its length.
  const whole = schema.def.checks && issuesOf(schema.clone({ ...schema.def, element: z.unknown() }), schema);
  return (value, place) => {
    const { findings } = place;
    for (const [at, item] of value.entries())
      element(item, { findings, above: place, name: at, isMissing: false });
    whole?.(value, place);
  };
}

/** Requires that one option of a union matches. If only one option accepts strings (lists, objects), reports its findings. */
function optionsOf(schema: z.ZodUnion): Checker {
  const all = schema.options.map(requireSchema);
  const objects = all.filter((option) => option instanceof z.ZodObject);
  const [object] = objects;
  const others = all.every((option) => option instanceof z.ZodObject || takesScalars(option));
  const unnamed = all.filter((option) => wordFields(option).length === 0);
  return (value, place) => {
    // Without a first try, which would double the time with each level of an object that contains itself.
    if (object && objects.length === 1 && others && isObject(value)) return checkerOf(object)(value, place);
    const named = isObject(value) ? all.filter((option) => isNamedBy(option, value)) : [];
    const options = named.length > 0 ? named : unnamed;
    if (options.some((option) => matches(option, value))) return;
    const sameShape = options.filter(
      (option) =>
        (option instanceof z.ZodArray && Array.isArray(value)) ||
        (option instanceof z.ZodString && typeof value === 'string') ||
        (option instanceof z.ZodObject && isObject(value)),
    );
    const [only] = sameShape;
    if (only && sameShape.length === 1) checkerOf(only)(value, place);
    else if (!place.findings.accepts(codeOf(place))) place.findings.skip('error');
    else {
      const { error } = schema.safeParse(NO_MATCH, { error: () => mismatch(schema, value) });
      addErrors(schema, value, error?.issues ?? [], place);
    }
  };
}

/** Returns the required fields of an object that have one fixed word. They tell the options of a union apart. */
function wordFields(option: z.ZodType): string[] {
  if (!(option instanceof z.ZodObject)) return [];
  return Object.entries(option.shape).flatMap(([name, field]) =>
    field instanceof z.ZodLiteral ? [name] : [],
  );
}

function isNamedBy(option: z.ZodType, value: JsonObject): boolean {
  return wordFields(option).some((name) => Object.hasOwn(value, name));
}

function takesScalars(schema: z.ZodType): boolean {
  const type = schema.meta()?.type;
  return (
    schema instanceof z.ZodString || schema instanceof z.ZodEnum || type === 'number' || type === 'integer'
  );
}

/** A value that no option accepts, so that zod returns the message of the union itself. */
const NO_MATCH = Symbol('matches nothing');

function matches(schema: z.ZodType, value: Json | undefined): boolean {
  const findings = new Findings({ maxPerCode: 0, maxInAll: 0 });
  checkerOf(schema)(value, { findings, above: undefined, name: '', isMissing: false });
  return findings.size === 0;
}

/** Returns the function that adds the issues that zod reports for a value that is not walked here. */
function issuesOf(schema: z.ZodType, whole = schema): (value: Value, place: Place) => void {
  const takesObjects = schema instanceof z.ZodObject || schema instanceof z.ZodRecord;
  return (value, place) => {
    const given = valueForZod(value, takesObjects);
    const { issues } = run(schema, given);
    if (issues.length === 0) return;
    if (!place.findings.accepts(codeOf(place))) place.findings.skip('error', issues.length);
    else {
      const { error } = schema.safeParse(given, { error: wordingOf(whole, value) });
      addErrors(whole, value, error?.issues ?? [], place);
    }
  };
}

function codeOf({ isMissing }: Place): { code: string; severity: 'error' } {
  return { code: isMissing ? 'missing_member' : 'wrong_value', severity: 'error' };
}

/** Adds a finding for each message about a value. The finding about a missing field points to the object that lacks it. */
function addErrors(
  schema: z.ZodType,
  value: Value,
  issues: readonly { readonly message: string }[],
  place: Place,
): void {
  const { findings, above, name, isMissing } = place;
  const pointer = pointerOf(place);
  for (const { message } of issues) {
    if (isMissing && above !== undefined)
      findings.add({
        ...codeOf(place),
        message: `"${name}" is required.`,
        hint: additionOf(name, schema),
        pointer: pointerOf(above),
        missing: [pointer],
      });
    else
      findings.add({
        ...codeOf(place),
        message: sentence(message, subjectOf(name, above?.name)),
        pointer,
        ...correctionOf(schema, value, { pointer, name }, (other) => matches(schema, other)),
      });
  }
}

/**
 * Returns what zod validates in place of a value. zod treats a raw number as an object. It also runs the length checks of a
 * string on any object that has a field `length`, of any type.
 */
function valueForZod(value: unknown, takesObjects: boolean): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  if (isRawNumber(value)) return takesObjects ? 0 : value;
  return takesObjects ? value : {};
}

/** Runs a schema without building the ZodError and its messages, which takes ten times as long. */
function run(schema: z.ZodType, value: unknown): z.core.ParsePayload {
  const result = schema._zod.run({ value, issues: [] }, { async: false });
  if (result instanceof Promise) throw new TypeError('The schemas are synchronous.');
  return result;
}

/** Narrows a part of a schema to a schema that can be run. */
function requireSchema(schema: unknown): z.ZodType {
  if (schema instanceof z.ZodType) return schema;
  throw new TypeError('Expected a Zod schema.');
}

/** Returns a sentence. The words are its predicate, or a sentence that begins in lower case. */
function sentence(words: string, subject: string): string {
  if (/^(?:must|has|is) /.test(words)) return `${subject} ${words}.`;
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
}
