import { z } from 'zod';
import type { Finding } from '../domain/finding.ts';
import { Findings } from '../domain/findings.ts';
import { isObject, isRawNumber, type Json, own } from '../domain/json.ts';
import { type Pointer, pointerTo } from '../domain/pointer.ts';

/**
 * Checks a value against a schema. Returns a finding for each mistake, its pointer below `base`, within the limits of an
 * answer; none where the value fits. A missing member is found at the object that lacks it.
 */
export function check(schema: z.ZodType, value: Json, base: Pointer): Finding[] {
  const findings = new Findings();
  addCheck(findings, schema, value, base);
  return findings.list();
}

/**
 * Adds a finding for each mistake of a value. Lists and objects are walked here, element by element, and only what holds
 * no others is handed to the schema: zod collects an issue for each bad element, however many there are.
 */
export function addCheck(findings: Findings, schema: z.ZodType, value: Json, base: Pointer): void {
  walk(schema, value, { findings, pointer: base, missingFrom: undefined });
}

interface Place {
  readonly findings: Findings;
  readonly pointer: Pointer;
  /** Of a member that is not there: its object, and its name. */
  readonly missingFrom: { readonly pointer: Pointer; readonly name: string } | undefined;
}

function walk(schema: z.ZodType, value: Json | undefined, place: Place): void {
  if (schema instanceof z.ZodOptional) {
    if (value !== undefined) walk(typed(schema.unwrap()), value, place);
  } else if (schema instanceof z.ZodNullable) {
    if (value !== null) walk(typed(schema.unwrap()), value, place);
  } else if (schema instanceof z.ZodObject && isObject(value)) walkObject(schema, value, place);
  else if (schema instanceof z.ZodArray && Array.isArray(value)) walkList(schema, value, place);
  else if (schema instanceof z.ZodUnion) walkUnion(schema, value, place);
  else addIssues(schema, value, place);
}

function walkObject(schema: z.ZodObject, value: Record<string, Json>, { findings, pointer }: Place): void {
  for (const [name, member] of Object.entries(schema.shape)) {
    const missingFrom = Object.hasOwn(value, name) ? undefined : { pointer, name };
    walk(typed(member), own(value, name), { findings, pointer: pointerTo(pointer, name), missingFrom });
  }
  if (!(schema.def.catchall instanceof z.ZodNever)) return;
  for (const name of Object.keys(value)) {
    if (Object.hasOwn(schema.shape, name)) continue;
    if (!findings.hasRoom(UNKNOWN)) findings.skip('error');
    else
      findings.add({
        ...UNKNOWN,
        message: `"${name}" is not known here.`,
        pointer: pointerTo(pointer, name),
        hint: 'Correct the name, or leave it out.',
      });
  }
}

const UNKNOWN = { code: 'unknown_member', severity: 'error' } as const;

function walkList(schema: z.ZodArray, value: readonly Json[], place: Place): void {
  const { findings, pointer } = place;
  const element = typed(schema.element);
  for (const [at, item] of value.entries())
    walk(element, item, { findings, pointer: pointerTo(pointer, at), missingFrom: undefined });
  // What the list itself must be, such as its length.
  if (schema.def.checks !== undefined)
    addIssues(schema.clone({ ...schema.def, element: z.unknown() }), value, place);
}

/** Of several schemas one must fit; where only one takes lists, or objects, its findings say what is wrong with such a value. */
function walkUnion(schema: z.ZodUnion, value: Json | undefined, place: Place): void {
  const options = schema.options.map(typed);
  if (options.some((option) => fits(option, value))) return;
  const alike = options.filter(
    (option) =>
      (option instanceof z.ZodArray && Array.isArray(value)) ||
      (option instanceof z.ZodObject && isObject(value)),
  );
  const [only] = alike;
  if (only && alike.length === 1) walk(only, value, place);
  else addIssues(schema, NOTHING_FITS, place);
}

/** Fits no schema of a union, so that the union says its own sentence. */
const NOTHING_FITS = Symbol('fits nothing');

function fits(schema: z.ZodType, value: Json | undefined): boolean {
  const findings = new Findings({ maxPerCode: 0, maxInAll: 0 });
  walk(schema, value, { findings, pointer: '', missingFrom: undefined });
  return findings.size === 0;
}

/** Adds the issues of a value that the schema judges as a whole. */
function addIssues(schema: z.ZodType, value: unknown, { findings, pointer, missingFrom }: Place): void {
  // A number that keeps its spelling is an object to zod.
  const isNumber = isRawNumber(value) && (schema instanceof z.ZodObject || schema instanceof z.ZodRecord);
  const code = missingFrom === undefined ? 'wrong_value' : 'missing_member';
  const { issues } = run(schema, isNumber ? 0 : value);
  if (issues.length === 0) return;
  if (!findings.hasRoom({ code, severity: 'error' })) {
    findings.skip('error', issues.length);
    return;
  }
  const { error } = schema.safeParse(isNumber ? 0 : value);
  for (const { message } of error?.issues ?? []) {
    if (missingFrom === undefined)
      findings.add({ code: 'wrong_value', severity: 'error', message: sentence(message), pointer });
    else
      findings.add({
        code: 'missing_member',
        severity: 'error',
        message: `"${missingFrom.name}" is missing.`,
        pointer: missingFrom.pointer,
      });
  }
}

/** Asks a schema without making the error that says what is wrong in words: that takes ten times as long. */
function run(schema: z.ZodType, value: unknown): z.core.ParsePayload {
  const result = schema._zod.run({ value, issues: [] }, { async: false });
  if (result instanceof Promise) throw new TypeError('No schema waits.');
  return result;
}

/** A part of a schema as the kind of schema that can be asked. */
function typed(schema: unknown): z.ZodType {
  if (schema instanceof z.ZodType) return schema;
  throw new TypeError('A part of a schema is no schema.');
}

function sentence(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
}
