import { z } from 'zod';
import { datadogSchemas, type Schema } from './json-schema/datadog-schemas.ts';
import {
  alertEntrySchema,
  alertOptionsSchema,
  entrySchema,
  type FieldsSchema,
  optionsSchema,
} from './json-schema/entry-schemas.ts';
import { PARAMETER, withParameters } from './json-schema/with-parameters.ts';
import { documentSchema } from './schemas.ts';

/**
 * Returns the JSON Schema of a document (docs/schema.json), which editors use for completion, help and validation. It comes from
 * the schema that requests are checked against and from the tables of Datadog's types and options that lint uses.
 * `withReferences`: values may be references to parameters.
 */
export function documentJsonSchema({ withReferences = true } = {}): string {
  const { $schema, $ref, $defs = {} } = z.toJSONSchema(documentSchema, { unrepresentable: 'any' });
  const document = fieldsOf($defs['Document']);
  const { monitors, alerts, dashboards } = document.properties;
  const { not: _, ...dashboardEntry } = fieldsOf($defs['DashboardEntry']);
  const generated = fieldsOf($defs['GeneratedDashboard']);
  const { from } = generated.properties;
  const entries = {
    Monitor: entrySchema('monitor', fieldsOf($defs['MonitorEntry'])),
    Alert: alertEntrySchema(fieldsOf($defs['AlertEntry'])),
    Dashboard: entrySchema('dashboard', {
      ...dashboardEntry,
      // With this field, another schema applies. Here it is for completion.
      properties: { ...dashboardEntry.properties, ...(from ? { from } : {}) },
    }),
    GeneratedDashboard: generated,
  };
  const properties = {
    ...document.properties,
    monitors: { ...monitors, items: { $ref: '#/$defs/Monitor' } },
    alerts: { ...alerts, items: { $ref: '#/$defs/Alert' } },
    dashboards: {
      ...dashboards,
      // Unlike a union, this says what is wrong with the one that is meant.
      items: {
        if: { type: 'object', required: ['from'] },
        // oxlint-disable-next-line unicorn/no-thenable -- a keyword of JSON Schema
        then: { $ref: '#/$defs/GeneratedDashboard' },
        else: { $ref: '#/$defs/Dashboard' },
      },
    },
  };
  const all = new Map<string, unknown>([
    ...datadogSchemas(),
    ['MonitorOptions', optionsSchema()],
    ['AlertOptions', alertOptionsSchema()],
    ...Object.entries($defs),
    ['Document', { ...document, properties }],
    ...Object.entries(entries),
  ]);
  const defined = reachable('Document', all);
  const schema = {
    $schema,
    title: 'Birddog document',
    description: 'The monitors, alerts and dashboards of one application.',
    $ref,
    $defs: withReferences ? acceptingParameters(defined) : Object.fromEntries(defined),
  };
  return `${JSON.stringify(schema, undefined, 1)}\n`;
}

function acceptingParameters(definitions: ReadonlyMap<string, unknown>): Readonly<Record<string, unknown>> {
  const accepting = [...definitions].map(([name, one]) => [name, isSchema(one) ? withParameters(one) : one]);
  return { ...Object.fromEntries(accepting), Parameter: PARAMETER };
}

/** Returns the definitions that a definition refers to, also through others, itself first. */
function reachable(start: string, all: ReadonlyMap<string, unknown>): ReadonlyMap<string, unknown> {
  const found = new Map<string, unknown>();
  const add = (name: string): void => {
    if (found.has(name)) return;
    const schema = all.get(name);
    if (schema === undefined) throw new TypeError(`The schema refers to ${name}, which is not defined.`);
    found.set(name, schema);
    for (const [, other = ''] of JSON.stringify(schema).matchAll(/"#\/\$defs\/(\w+)"/g)) add(other);
  };
  add(start);
  return found;
}

/** Narrows a part of a schema to the schema of an object's fields. */
function fieldsOf(schema: unknown): FieldsSchema {
  if (isSchema(schema) && hasFields(schema)) return schema;
  throw new TypeError('Expected the schema of an object.');
}

function hasFields(schema: Schema): schema is FieldsSchema {
  const { properties } = schema;
  return isSchema(properties) && Object.values(properties).every(isSchema);
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null;
}
