import { DISTINGUISHING, type SchemaType, types } from '../../lint/dashboard/widget-types.ts';
import { WIDGET_TYPES } from '../../lint/dashboard/widget-schema.ts';
import { DECIMAL } from '../../lint/monitor/option-values.ts';
import { describe } from './descriptions.ts';
import { nearMisses } from './near-miss.ts';

/** A JSON Schema. */
export type Schema = Readonly<Record<string, unknown>>;

/** A number, or a string with one, which Datadog accepts too. */
export const NUMBER: Schema = { type: ['number', 'string'], pattern: DECIMAL.source };

const SCALARS: ReadonlyMap<string, Schema> = new Map<string, Schema>([
  ['string', { type: 'string' }],
  ['number', NUMBER],
  ['boolean', { type: 'boolean' }],
  ['Date', { type: 'string' }],
  ['object', { type: 'object' }],
  ['any', {}],
]);

/** The types whose objects must say which of the alternatives they are. */
const MUST_SAY: ReadonlySet<string> = new Set(['WidgetDefinition', 'SplitGraphSourceWidgetDefinition']);

/** The form of the names of data sources. Datadog has more of them than its client. */
const DATA_SOURCE = '^[a-z]{3,}(?:_[a-z]{3,})*$';

/** Returns the schemas of the types in Datadog's API that dashboards and monitors consist of, by name. */
export function datadogSchemas(): Map<string, Schema> {
  const schemas = new Map<string, Schema>();
  for (const [name, type] of types()) {
    if (type.alternatives.length > 0) schemas.set(name, alternativesSchema(name, type.alternatives));
    else if (type.values.length === 0) schemas.set(name, objectSchema(fieldsSchema(name, type)));
  }
  return schemas;
}

/**
 * Returns the schema of an object with these fields. Further fields are allowed, because Datadog adds some, unless their names are
 * misspellings of known ones. `also`: known names of fields that are not described. `misspelt`: the names that misspellings are
 * refused of; by default, all known ones.
 */
export function objectSchema(
  { properties, ...rest }: Schema & { readonly properties: Schema },
  { also = [], misspelt }: { readonly also?: readonly string[]; readonly misspelt?: readonly string[] } = {},
): Schema {
  const known = new Set([...Object.keys(properties), ...also]);
  if (known.size === 0) return { ...rest, properties };
  const pattern = nearMisses(misspelt ?? known);
  return { ...rest, properties, propertyNames: { anyOf: [{ enum: [...known] }, { not: { pattern } }] } };
}

function fieldsSchema(name: string, { fields }: SchemaType) {
  const required = [...fields].flatMap(([field, { required: isRequired }]) => (isRequired ? [field] : []));
  const properties = Object.fromEntries(
    [...fields].map(([field, { type, required: isRequired }]) => {
      const schema = typeSchema(type);
      const description = describe(`${name}.${field}`);
      return [field, { ...(isRequired ? schema : orNull(schema)), ...description }];
    }),
  );
  return {
    type: ['object', 'null'],
    ...describe(name),
    properties,
    ...(required.length > 0 ? { required } : {}),
  };
}

/** Returns the schema of a field of this type. */
export function typeSchema(type: string): Schema {
  const scalar = SCALARS.get(type);
  if (scalar) return scalar;
  if (type.endsWith('[]')) return { type: 'array', items: typeSchema(type.slice(0, -2)) };
  const values = types().get(type)?.values ?? [];
  return values.length > 0 ? { enum: values } : { $ref: `#/$defs/${type}` };
}

/** Accepts null too, which Datadog takes for an absent field. The schemas of objects do so themselves. */
export function orNull(schema: Schema): Schema {
  const { enum: values, type } = schema;
  if (Array.isArray(values)) return { ...schema, enum: [...values, null] };
  return type === undefined ? schema : { ...schema, type: [type, 'null'].flat() };
}

/**
 * Returns the schema of alternatives: the fields that distinguish them select one. An object that has no such field, or another
 * data source, may be of a newer type.
 */
function alternativesSchema(name: string, listed: readonly string[]): Schema {
  const alternatives = listed.flatMap((type) => {
    const nested = types().get(type)?.alternatives ?? [];
    return nested.length > 0 ? nested : [type];
  });
  const unnamed = alternatives.filter((type) => (types().get(type)?.names ?? []).length === 0);
  const named = Map.groupBy(
    alternatives.filter((type) => !unnamed.includes(type)),
    (type) => JSON.stringify(conditionOf(type)),
  );
  const others = { anyOf: unnamed.map(typeSchema) };
  if (named.size === 0) return others;
  const allOf = [...named.values()].map((chosen) => {
    const [first = ''] = chosen;
    const schemas = chosen.map(typeSchema);
    return conditional(conditionOf(first), schemas.length === 1 ? schemas[0] : { anyOf: schemas });
  });
  if (unnamed.length === 0) return { ...distinguishing(name, alternatives), allOf };
  const says = [...DISTINGUISHING].map((field) => ({ required: [field] }));
  return conditional({ type: 'object', anyOf: says }, { allOf }, others);
}

function conditional(condition: Schema, schema: Schema | undefined, other?: Schema): Schema {
  return { if: condition, then: schema, ...(other === undefined ? {} : { else: other }) };
}

/** Returns the schema that an object of this type matches and, by the fields that distinguish it, no other. */
function conditionOf(type: string): Schema {
  const names = types().get(type)?.names ?? [];
  return {
    type: 'object',
    properties: Object.fromEntries(names.map(([name, field]) => [name, typeSchema(field.type)])),
    required: names.map(([name]) => name),
  };
}

/** Returns the schema of the field that distinguishes all alternatives: their values. */
function distinguishing(name: string, alternatives: readonly string[]): Schema {
  const fields = alternatives.map((type) => types().get(type)?.names ?? []);
  const field = [...DISTINGUISHING].find((one) =>
    fields.every((names) => names.some(([has]) => has === one)),
  );
  if (field === undefined) return {};
  const values = new Set(
    fields.flatMap((names) =>
      names.flatMap(([has, { type }]) => (has === field ? (types().get(type)?.values ?? []) : [])),
    ),
  );
  const known: Schema = { enum: [...(name === 'WidgetDefinition' ? WIDGET_TYPES : values)] };
  const newer = { type: 'string', pattern: DATA_SOURCE, not: { pattern: nearMisses(values) } };
  const schema = {
    ...(field === 'data_source' ? { anyOf: [known, newer] } : known),
    description: 'Decides which other fields the object has.',
  };
  const also = alternatives.flatMap((type) => [...(types().get(type)?.fields.keys() ?? [])]);
  return objectSchema(
    {
      type: ['object', ...(MUST_SAY.has(name) ? [] : ['null'])],
      properties: { [field]: schema },
      ...(MUST_SAY.has(name) ? { required: [field] } : {}),
    },
    { misspelt: [field], also },
  );
}
