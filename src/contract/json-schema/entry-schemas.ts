import { COVERED_OPTIONS } from '../../alerts/fields/fields.ts';
import { MISSING_DATA_DEFAULTS, OPTION_DEFAULTS } from '../../diff/canonical.ts';
import { MONITOR_DEFAULTS } from '../../diff/document-update.ts';
import { MANAGED, READ_ONLY } from '../../domain/datadog-fields.ts';
import type { StoredKind } from '../../domain/managed-fields.ts';
import { OBJECTS } from '../../lint/dashboard/widget-schema.ts';
import { types } from '../../lint/dashboard/widget-types.ts';
import { OPTION_TYPES, type OptionType, RETENTION } from '../../lint/monitor/monitor-options.ts';
import { MONITOR_TYPES } from '../../lint/monitor/monitor-types.ts';
import { NUMBER, objectSchema, orNull, type Schema, typeSchema } from './datadog-schemas.ts';
import { describe } from './descriptions.ts';

/** The schema of an object's fields. */
export interface FieldsSchema extends Schema {
  readonly properties: Readonly<Record<string, Schema>>;
}

const TYPES = { monitor: 'Monitor', dashboard: 'Dashboard' } as const;

/** Fields that Birddog knows by more than their type in Datadog's API. */
const FIELDS: Readonly<Record<StoredKind, Readonly<Record<string, Schema>>>> = {
  monitor: {
    type: { enum: [...MONITOR_TYPES] },
    priority: { ...orNull(NUMBER), minimum: 0, maximum: 5 },
    options: { $ref: '#/$defs/MonitorOptions' },
  },
  dashboard: {},
};

/** Names of fields that exports contain and that nobody writes. */
const UNDESCRIBED: Readonly<Record<StoredKind, readonly string[]>> = {
  monitor: READ_ONLY.monitor,
  dashboard: [...READ_ONLY.dashboard, ...OBJECTS.dashboard.keys()],
};

/**
 * Returns the schema of an entry of a document that is a Datadog object: the fields that Birddog checks, in `checked`, with all
 * fields in Datadog's API that a user manages.
 */
export function entrySchema(kind: StoredKind, { properties, ...checked }: FieldsSchema): Schema {
  const type = TYPES[kind];
  const fields = types().get(type)?.fields;
  const readOnly: readonly string[] = READ_ONLY[kind];
  const names = new Set([...MANAGED[kind], ...(fields?.keys() ?? []), ...Object.keys(properties)]);
  const described = [...names]
    .filter((name) => !readOnly.includes(name))
    .map((name) => {
      const own = properties[name];
      const typed = orNull(typeSchema(fields?.get(name)?.type ?? 'any'));
      const known = FIELDS[kind][name] ?? (own === undefined || isStructured(typed) ? typed : own);
      const description = own?.['description'] ?? describe(`${type}.${name}`).description;
      return [
        name,
        {
          ...known,
          ...(description === undefined ? {} : { description }),
          ...(own?.['examples'] === undefined ? {} : { examples: own['examples'] }),
          ...(kind === 'monitor' && Object.hasOwn(MONITOR_DEFAULTS, name)
            ? { default: MONITOR_DEFAULTS[name] }
            : {}),
        },
      ];
    });
  const { additionalProperties: _, ...rest } = checked;
  return objectSchema(
    { ...rest, properties: Object.fromEntries(described) },
    {
      also: UNDESCRIBED[kind],
    },
  );
}

/** Returns whether a type says more than that a value is a string, a number or a list of these. */
function isStructured({ $ref, enum: values, items }: Schema): boolean {
  return (
    $ref !== undefined ||
    values !== undefined ||
    (typeof items === 'object' && items !== null && '$ref' in items)
  );
}

/** Returns the schema of an alert in a document. What it takes from Datadog is described as in a monitor. */
export function alertEntrySchema({ properties, ...rest }: FieldsSchema): Schema {
  const { options, schedule } = properties;
  return {
    ...rest,
    properties: {
      ...properties,
      options: { ...options, $ref: '#/$defs/AlertOptions' },
      schedule: { ...schedule, $ref: '#/$defs/MonitorOptionsSchedulingOptions' },
    },
  };
}

/** Returns the schema of the options of an alert: those that no field of the alert covers. */
export function alertOptionsSchema(): Schema {
  const { propertyNames, ...rest } = optionsOfMonitors((name) => !COVERED_OPTIONS.has(name));
  const isFree = { not: { enum: [...COVERED_OPTIONS.keys()] } };
  return { ...rest, type: 'object', propertyNames: { allOf: [propertyNames, isFree] } };
}

/** Returns the schema of a monitor's options. */
export function optionsSchema(): Schema {
  return optionsOfMonitors(() => true);
}

function optionsOfMonitors(isIncluded: (name: string) => boolean): Schema {
  const defaults: Schema = { ...OPTION_DEFAULTS, ...MISSING_DATA_DEFAULTS };
  const included = [...OPTION_TYPES].filter(([name]) => isIncluded(name));
  const properties = included.map(([name, type]) => [
    name,
    {
      ...orNull(optionSchema(name, type)),
      description: "Set by Datadog's app.",
      ...describe(`MonitorOptions.${name}`),
      ...(Object.hasOwn(defaults, name) ? { default: defaults[name] } : {}),
      ...(type.example === undefined ? {} : { examples: [type.example] }),
    },
  ]);
  return objectSchema({
    type: ['object', 'null'],
    ...describe('MonitorOptions'),
    properties: Object.fromEntries(properties),
  });
}

function optionSchema(name: string, type: OptionType): Schema {
  switch (type.kind) {
    case 'flag':
      return { type: 'boolean' };
    case 'text':
      return { type: 'string' };
    case 'texts':
      return { type: 'array', items: { type: 'string' } };
    case 'object':
    case 'list':
      return typeSchema(types().get('MonitorOptions')?.fields.get(name)?.type ?? type.kind);
    case 'retention':
      return { type: 'string', pattern: RETENTION.source };
    case 'number':
      return { ...NUMBER, minimum: 0, ...(type.max === undefined ? {} : { maximum: type.max }) };
    case 'word':
      return { enum: type.values };
    case 'words':
      return { type: 'array', items: { enum: type.values } };
    case 'anything':
      return {};
  }
}
