import { z } from 'zod';
import type { Finding } from '../domain/finding.ts';
import { Findings } from '../domain/findings.ts';
import { isObject, isRawNumber, type Json, own } from '../domain/json.ts';
import { type Pointer, pointerTo } from '../domain/pointer.ts';

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
  walk(schema, value, { findings, pointer: base, missingFrom: undefined });
}

interface Place {
  readonly findings: Findings;
  readonly pointer: Pointer;
  /** For a missing field: its object and its name. */
  readonly missingFrom: { readonly pointer: Pointer; readonly name: string } | undefined;
}

function walk(schema: z.ZodType, value: Json | undefined, place: Place): void {
  if (schema instanceof z.ZodOptional) {
    if (value !== undefined) walk(requireSchema(schema.unwrap()), value, place);
  } else if (schema instanceof z.ZodNullable) {
    if (value !== null) walk(requireSchema(schema.unwrap()), value, place);
  } else if (schema instanceof z.ZodObject && isObject(value)) walkObject(schema, value, place);
  else if (schema instanceof z.ZodArray && Array.isArray(value)) walkList(schema, value, place);
  else if (schema instanceof z.ZodUnion) walkUnion(schema, value, place);
  else addIssues(schema, value, place);
}

function walkObject(schema: z.ZodObject, value: Record<string, Json>, { findings, pointer }: Place): void {
  for (const [name, member] of Object.entries(schema.shape)) {
    const missingFrom = Object.hasOwn(value, name) ? undefined : { pointer, name };
    walk(requireSchema(member), own(value, name), {
      findings,
      pointer: pointerTo(pointer, name),
      missingFrom,
    });
  }
  if (!(schema.def.catchall instanceof z.ZodNever)) return;
  for (const name of Object.keys(value)) {
    if (Object.hasOwn(schema.shape, name)) continue;
    if (!findings.accepts(UNKNOWN)) findings.skip('error');
    else
      findings.add({
        ...UNKNOWN,
        message: `Unknown field "${name}".`,
        pointer: pointerTo(pointer, name),
        hint: 'Correct the name, or remove the field.',
      });
  }
}

const UNKNOWN = { code: 'unknown_member', severity: 'error' } as const;

function walkList(schema: z.ZodArray, value: readonly Json[], place: Place): void {
  const { findings, pointer } = place;
  const element = requireSchema(schema.element);
  for (const [at, item] of value.entries())
    walk(element, item, { findings, pointer: pointerTo(pointer, at), missingFrom: undefined });
  // Checks of the list itself, such as its length.
  if (schema.def.checks !== undefined)
    addIssues(schema.clone({ ...schema.def, element: z.unknown() }), value, place);
}

/** Requires that one option of a union matches. If only one option accepts lists (or objects), reports its findings. */
function walkUnion(schema: z.ZodUnion, value: Json | undefined, place: Place): void {
  const options = schema.options.map(requireSchema);
  if (options.some((option) => matches(option, value))) return;
  const sameShape = options.filter(
    (option) =>
      (option instanceof z.ZodArray && Array.isArray(value)) ||
      (option instanceof z.ZodObject && isObject(value)),
  );
  const [only] = sameShape;
  if (only && sameShape.length === 1) walk(only, value, place);
  else addIssues(schema, NO_MATCH, place);
}

/** A value that no option accepts, so that zod returns the message of the union itself. */
const NO_MATCH = Symbol('matches nothing');

function matches(schema: z.ZodType, value: Json | undefined): boolean {
  const findings = new Findings({ maxPerCode: 0, maxInAll: 0 });
  walk(schema, value, { findings, pointer: '', missingFrom: undefined });
  return findings.size === 0;
}

/** Adds the issues that zod reports for a value that is not walked here. */
function addIssues(schema: z.ZodType, value: unknown, { findings, pointer, missingFrom }: Place): void {
  const given = valueForZod(schema, value);
  const code = missingFrom === undefined ? 'wrong_value' : 'missing_member';
  const { issues } = run(schema, given);
  if (issues.length === 0) return;
  if (!findings.accepts({ code, severity: 'error' })) {
    findings.skip('error', issues.length);
    return;
  }
  const { error } = schema.safeParse(given);
  for (const { message } of error?.issues ?? []) {
    if (missingFrom === undefined)
      findings.add({ code: 'wrong_value', severity: 'error', message: sentence(message), pointer });
    else
      findings.add({
        code: 'missing_member',
        severity: 'error',
        message: `"${missingFrom.name}" is required.`,
        pointer: missingFrom.pointer,
        missing: [pointer],
      });
  }
}

/**
 * Returns what zod validates in place of a value. zod treats a raw number as an object. It also runs the length checks of a
 * string on any object that has a field `length`, of any type.
 */
function valueForZod(schema: z.ZodType, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const takesObjects = schema instanceof z.ZodObject || schema instanceof z.ZodRecord;
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

function sentence(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
}
