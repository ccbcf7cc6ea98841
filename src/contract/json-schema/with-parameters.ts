import type { Schema } from './datadog-schemas.ts';

/** A text that is only a reference to a parameter, which takes the value of the parameter. */
const REFERENCE = String.raw`^\$\{[^{}$:]+\}$`;
/** The definition of a reference to a parameter. */
export const PARAMETER: Schema = {
  type: 'string',
  pattern: REFERENCE,
  description: 'A reference to a parameter: `${name}`.',
};
/** The types of values that are no texts. */
const OTHER_TYPES: readonly unknown[] = ['number', 'integer', 'boolean', 'array', 'object'];
/** Keywords whose schemas are no values of a document. */
const NOT_VALUES: ReadonlySet<string> = new Set(['if', 'const', 'default', 'examples', 'enum', 'required']);

/**
 * Returns a schema that also accepts a reference to a parameter in place of each number, list or other value that is no text, and in
 * texts with a fixed form. An entry itself stays an object.
 */
export function withParameters(schema: Schema): Schema {
  return Object.fromEntries(
    Object.entries(schema).map(([keyword, held]) => [
      keyword,
      keyword === 'properties' && isSchema(held)
        ? Object.fromEntries(Object.entries(held).map(([name, one]) => [name, accepting(one)]))
        : keyword === 'items' || keyword === 'additionalProperties'
          ? accepting(held)
          : NOT_VALUES.has(keyword)
            ? held
            : nested(held),
    ]),
  );
}

function nested(held: unknown): unknown {
  if (Array.isArray(held)) return held.map(nested);
  return isSchema(held) ? withParameters(held) : held;
}

/** Returns the schema of a value that may be a reference instead. */
function accepting(held: unknown): unknown {
  if (!isSchema(held)) return held;
  const schema = withParameters(held);
  const { type, pattern, enum: values } = schema;
  const types = Array.isArray(type) ? type : type === undefined ? [] : [type];
  if (typeof pattern === 'string') return { ...schema, pattern: `(?:${pattern})|${REFERENCE}` };
  if (types.includes('string') || !types.some((one) => OTHER_TYPES.includes(one))) {
    if (!Array.isArray(values) || values.length < 2) return schema;
    const { enum: _, type: __, ...others } = schema;
    const listed = { enum: values, ...(type === undefined ? {} : { type }) };
    return { ...others, anyOf: [listed, { $ref: '#/$defs/Parameter' }] };
  }
  const isFixed = Array.isArray(values);
  return isFixed ? schema : { ...schema, type: [...types, 'string'], pattern: REFERENCE };
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
