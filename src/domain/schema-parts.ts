import { z } from 'zod';
import { isRawNumber, type Json } from './json.ts';

/** A number in any notation, also beyond 2^53. */
export const number = z
  .custom<Json>((value) => typeof value === 'number' || isRawNumber(value), 'must be a number')
  .meta({ type: 'number' });

export const text = z.string();
export const nonEmptyText = text.regex(/\S/, 'must not be empty');
/** Of any length: Datadog returns empty and long tags, and what it returns can be planned. Lint warns about them. */
export const tags = z.array(text);

/** The field `lint` of an object. The rules in src/lint/suppression validate it and report the position of each mistake. */
export const lint = z
  .unknown()
  .meta({
    id: 'Lint',
    description: 'Suppresses findings about this object. Never sent to Datadog.',
    type: 'object',
    additionalProperties: false,
    properties: {
      ignore: {
        type: 'array',
        description: 'The findings to suppress, each with a reason.',
        examples: [[{ code: 'no_recovery', because: 'The alert resolves after an hour.' }]],
        items: {
          type: 'object',
          required: ['code', 'because'],
          additionalProperties: false,
          properties: {
            code: {
              type: 'string',
              description: 'The code of a rule, as listed in docs/lint.md.',
              minLength: 1,
            },
            because: { type: 'string', description: 'Why the finding does not apply here.', pattern: '\\S' },
          },
        },
      },
    },
  })
  .optional();

/** One of the forms of an object: the one that `name` selects. */
export interface Variant {
  /** The field that only this form has. */
  readonly name: string;
  /** All fields of this form. */
  readonly schema: z.ZodObject;
  /** Fields of which an object of this form has exactly one. */
  readonly oneOf?: readonly string[] | undefined;
}

/** The forms of an object. */
export interface Variants {
  /** What the object is, in a sentence: "a signal". */
  readonly noun: string;
  readonly forms: readonly Variant[];
  /** The form of an object without a field that selects one. Default: such an object is a mistake. */
  readonly otherwise?: Variant | undefined;
}

/** The forms of the objects that have several. The schema itself has the fields of all forms, each optional. */
const VARIANTS = new WeakMap<z.ZodType, Variants>();

/** Returns the forms of the objects that a schema describes, or undefined if they all have one form. */
export function variantsOf(schema: z.ZodType): Variants | undefined {
  return VARIANTS.get(schema);
}

/** Returns the schema of an object with several forms: the fields of all of them, each optional. */
export function variantsSchema(
  variants: Variants,
  meta: { readonly id: string; readonly description: string; readonly examples?: readonly unknown[] },
): z.ZodObject {
  const all = [variants.otherwise ?? [], variants.forms].flat();
  const fields = new Map<string, Set<z.ZodType>>();
  for (const { schema } of all) {
    for (const [name, field] of Object.entries(schema.shape))
      fields.set(name, (fields.get(name) ?? new Set()).add(requiredOf(field)));
  }
  const shape = Object.fromEntries(
    [...fields].map(([name, schemas]) => [name, anyOf([...schemas]).optional()]),
  );
  const shared = new Set([...fields].flatMap(([name, schemas]) => (schemas.size === 1 ? [name] : [])));
  const rests = new Map(all.map((form) => [form, restOf(form, shared)]));
  const schema = z
    .strictObject(shape)
    .refine((value) => hasOneForm(value, variants, rests))
    .meta({ ...meta, oneOf: all.map((form) => formSchema(form, [...fields.keys()], all.length)) });
  VARIANTS.set(schema, variants);
  return schema;
}

function hasOneForm(
  value: object,
  { forms, otherwise }: Variants,
  rests: ReadonlyMap<Variant, z.ZodObject>,
): boolean {
  const [form = otherwise, another] = forms.filter(({ name }) => Object.hasOwn(value, name));
  if (form === undefined || another !== undefined) return false;
  const { oneOf } = form;
  const choices = oneOf?.filter((name) => Object.hasOwn(value, name)).length ?? 1;
  return choices === 1 && rests.get(form)?.safeParse(value).success === true;
}

/** A value that the schema of all forms has parsed. */
const PARSED = z.custom((value) => value !== undefined);

/**
 * Returns what the schema of all forms leaves to check of one form. Fields with one schema in all forms are not parsed again: in
 * an object that contains itself, each level would double the work.
 */
function restOf({ schema }: Variant, shared: ReadonlySet<string>): z.ZodObject {
  const shape = Object.entries(schema.shape).map(([name, field]) => {
    if (!shared.has(name)) return [name, field] as const;
    return [name, field instanceof z.ZodOptional ? PARSED.optional() : PARSED] as const;
  });
  return z.strictObject(Object.fromEntries(shape));
}

function requiredOf(field: z.core.$ZodType): z.ZodType {
  const inner = field instanceof z.ZodOptional ? field.unwrap() : field;
  if (inner instanceof z.ZodType) return inner;
  throw new TypeError('Expected a Zod schema.');
}

function anyOf(schemas: readonly z.ZodType[]): z.ZodType {
  const [only, ...more] = schemas;
  if (only !== undefined && more.length === 0) return only;
  const descriptions = new Set(schemas.map((schema) => schema.meta()?.description ?? ''));
  return z.union(schemas).meta({ description: [...descriptions].join(' ') });
}

/** Returns what JSON Schema requires of one form. An unknown field, which is in no form, is not reported again here. */
function formSchema(
  { schema, oneOf }: Variant,
  all: readonly string[],
  forms: number,
): Record<string, unknown> {
  const fields = Object.entries(schema.shape);
  const required = fields.flatMap(([name, field]) => (field instanceof z.ZodOptional ? [] : [name]));
  const others = all.filter((name) => !Object.hasOwn(schema.shape, name));
  return {
    // Redocly warns about required fields of a schema that contains itself. Of forms with one field each, any field will do.
    ...(all.length === forms ? { minProperties: 1 } : { required }),
    ...(others.length > 0 ? { propertyNames: { not: { enum: others } } } : {}),
    ...(oneOf ? { oneOf: oneOf.map((name) => ({ required: [name] })) } : {}),
  };
}
