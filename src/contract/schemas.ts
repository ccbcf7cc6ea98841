import { MANAGED_KINDS } from '../domain/managed-fields.ts';
import { z } from 'zod';
import { APPLICATION_SLUG, KEY_SLUG, TEAM_SLUG } from '../domain/application.ts';
import type { Mark } from '../domain/marker.ts';
import { isObject, type JsonObject, parseTrustedJson } from '../domain/json.ts';
import { expansionFields, expansionParts } from '../expand/schemas.ts';
import { notifySchema } from '../alerts/fields/schemas.ts';
import { alertSchema, alertUpdateSchema } from './alert-schema.ts';
import { testsSchema } from './test-schema.ts';
import { lint, nonEmptyText, number, tags, text } from '../domain/schema-parts.ts';

/** Returns the schema of a slug. Its message describes the allowed characters instead of quoting the pattern. */
const slug = (pattern: RegExp, length: number, characters = '".", "_" and "-"') =>
  z
    .string()
    .regex(
      pattern,
      `must have 1 to ${length} characters (lower-case letters, digits, ${characters}) and begin with a letter or digit`,
    );

export const applicationSchema = slug(APPLICATION_SLUG, 100).meta({
  description: 'The application that the document describes, whether a catalog lists it or not.',
  examples: ['payments-batch'],
});
const keySchema = slug(KEY_SLUG, 80).meta({
  description:
    'The name of the object within its application. A monitor and an alert cannot have the same key. Default: derived from its name or title, which then needs a Latin letter or a digit.',
  examples: ['queue-depth'],
});
const teamSchema = slug(TEAM_SLUG, 100, '".", "_", "/" and "-"').meta({
  description: 'The team that owns the application.',
  examples: ['payments'],
});

/** Parses a former name, `key` or `application/key`, in a document of `application`. Returns undefined if it is not one. */
export function formerName(name: string, application: string): Mark | undefined {
  const [first = '', second, ...more] = name.split('/');
  const former = second === undefined ? { application, key: first } : { application: first, key: second };
  const isValid =
    more.length === 0 && KEY_SLUG.test(former.key) && (second === undefined || APPLICATION_SLUG.test(first));
  return isValid ? former : undefined;
}

const catalogName = (catalog: string) =>
  z
    .string()
    .min(1)
    .max(200)
    .optional()
    .meta({ description: `The name in ${catalog}.`, pattern: '^[^\\u0000-\\u001f\\u007f]*$' });
const catalogsSchema = z
  .strictObject({
    datadog: catalogName("Datadog's software catalog"),
    leanix: catalogName('LeanIX'),
    servicenow: catalogName('ServiceNow'),
  })
  .meta({
    id: 'Catalogs',
    description: 'The names of the application in the catalogs, where they differ.',
    examples: [{ leanix: 'Payments Batch' }],
  });

/** Parses the query parameter `catalogs`. Returns undefined if it is not the JSON text of such an object. */
export function catalogsIn(json: string): JsonObject | undefined {
  try {
    const value = parseTrustedJson(json);
    return isObject(value) && catalogsSchema.safeParse(value).success ? value : undefined;
  } catch {
    return undefined;
  }
}

const anyObject = z.record(z.string(), z.unknown());

/** A Datadog monitor. Validates the fields that Birddog uses; all others pass unchanged. */
const monitorSchema = z
  .looseObject({
    type: nonEmptyText.meta({
      description: 'The type of the monitor.',
      examples: ['query alert', 'log alert', 'composite'],
    }),
    query: nonEmptyText.meta({ description: 'The query, in the syntax of the type.' }),
    name: text.nullish(),
    message: text.nullish(),
    tags: tags.nullish(),
    options: z.looseObject({}).nullish(),
    priority: z
      .union(
        [
          number.meta({ enum: [1, 2, 3, 4, 5] }),
          z.string().meta({ enum: ['1', '2', '3', '4', '5'] }),
          z.null(),
        ],
        'must be a number from 1 to 5, or null',
      )
      .optional(),
    lint,
  })
  .meta({ id: 'Monitor', description: "Datadog's monitor object, with every type and option." });

/** A monitor in an update. Omitted fields keep their values. */
const monitorUpdateSchema = monitorSchema.partial().meta({ id: 'MonitorUpdate' });

const widgetSchema = z.looseObject({ definition: z.looseObject({ type: nonEmptyText }) });

/** Each widget of a free layout has a place. */
const FREE_LAYOUT = {
  if: { properties: { layout_type: { const: 'free' } } },
  then: {
    properties: { widgets: { items: { required: ['layout'], properties: { layout: { type: 'object' } } } } },
  },
};

const dashboardTags = tags
  .max(5, 'must have at most five tags')
  .meta({ items: { type: 'string', pattern: '^(team|ai):.' } });

/** A Datadog dashboard. Requires the fields that Datadog requires; widget definitions pass unchanged. */
const dashboardSchema = z
  .looseObject({
    title: text,
    layout_type: z.enum(['ordered', 'free']),
    widgets: z.array(widgetSchema),
    description: text.nullish(),
    tags: dashboardTags.nullish(),
    template_variables: z
      .array(anyObject.meta({ required: ['name'], properties: { name: { type: 'string' } } }))
      .nullish(),
    lint,
  })
  .meta({ id: 'Dashboard', description: "Datadog's dashboard object.", ...FREE_LAYOUT });

/** The id of an object in Datadog. The pipeline checks its form. */
const OBJECT_ID = [
  z.string().meta({ pattern: '^[A-Za-z0-9_-]{1,100}$' }),
  number.meta({ type: 'integer', minimum: 1 }),
] as const;

const target = {
  application: applicationSchema,
  key: keySchema.optional(),
  catalogs: catalogsSchema.optional(),
};

/** The schemas of the objects in a body, by kind, for a create and for an update. */
export const OBJECT_SCHEMAS = {
  monitor: { create: monitorSchema, update: monitorUpdateSchema },
  alert: { create: alertSchema, update: alertUpdateSchema },
  dashboard: { create: dashboardSchema, update: dashboardSchema },
} as const;

/** The schemas of the fields around an object. The object has its own schema, so that each mistake is reported once. */
export const ENVELOPE_SCHEMAS = {
  create: z.strictObject({ ...target, team: teamSchema }),
  update: z.strictObject({
    ...target,
    team: teamSchema.optional(),
    id: z.union(OBJECT_ID).optional(),
  }),
  preview: z.strictObject({ ...target, team: teamSchema.optional() }),
} as const;

/** The bodies of `/preview` for one alert or monitor: as it is written, or as it is in Datadog. */
export const PREVIEWED_OBJECT_SCHEMAS = [
  ENVELOPE_SCHEMAS.preview.extend({ alert: alertSchema }).meta({ id: 'PreviewedAlert' }),
  ENVELOPE_SCHEMAS.preview.extend({ monitor: monitorSchema }).meta({ id: 'PreviewedMonitor' }),
  ENVELOPE_SCHEMAS.preview
    .extend({ key: keySchema })
    .meta({ id: 'PreviewedKey', description: 'The alert or monitor that exists.' }),
] as const;

/** Maximum number of former names of one entry: each is looked up. */
export const MAX_FORMER_NAMES = 20;
const FORMER_KEY = `must be a key, or application/key, or a list of at most ${MAX_FORMER_NAMES} of these`;
const formerKey = z.string().refine((name) => formerName(name, '') !== undefined, FORMER_KEY);

const keyed = {
  key: keySchema.optional(),
  ...expansionFields,
  unmanaged: z
    .array(text.regex(/^\//, 'must begin with "/", as in /options/thresholds/warning'))
    .optional()
    .meta({
      description:
        'Pointers to the fields of the object that Birddog leaves unchanged, for people to edit in Datadog.',
      examples: [['/options/thresholds/warning']],
    }),
  adopt: z
    .union(OBJECT_ID, 'must be the id of an object in Datadog')
    .optional()
    .meta({
      description:
        'The id of an existing Datadog object that this entry takes over. Ignored once the object carries the marker of the entry. The id of an object that the application has under another key renames that object.',
      examples: [1234567],
    }),
  renamed_from: z
    .union([formerKey, z.array(formerKey).min(1).max(MAX_FORMER_NAMES)], FORMER_KEY)
    .optional()
    .meta({
      description:
        'The former key of the object, `application/key` of another application, or a list of former keys, newest first. The object gets the new key and keeps its id, its history in Datadog and its mutes.',
      examples: ['latency', 'other-app/latency'],
    }),
};
/** A dashboard of a document. Only a generated dashboard has `from`. */
const dashboardEntrySchema = dashboardSchema
  .extend(keyed)
  .meta({ id: 'DashboardEntry', ...FREE_LAYOUT, not: { required: ['from'], properties: { from: {} } } });

/** A dashboard that Birddog generates. */
const generatedDashboardSchema = z
  .strictObject({
    from: z.literal('alerts').meta({
      description: 'Generates the layout, widgets and template variables from the alerts of the document.',
    }),
    alerts: z
      .array(keySchema)
      .min(1)
      .optional()
      .meta({
        description: 'The keys of the alerts that it shows. Default: all alerts of the document.',
        examples: [['queue-backlog', 'no-consumers']],
      }),
    title: nonEmptyText.optional().meta({
      description: 'The title of the dashboard. Default: `<application> alerts`.',
      examples: ['Payments'],
    }),
    description: nonEmptyText.optional().meta({
      description: 'The description of the dashboard. Default: that it is generated from the alerts.',
    }),
    tags: dashboardTags.optional().meta({
      description: 'The tags of the dashboard; only `team:` and `ai:`.',
      examples: [['team:payments']],
    }),
    notify_list: z.array(nonEmptyText).optional().meta({
      description: 'The users that Datadog notifies of changes of the dashboard, by their handles.',
    }),
    restricted_roles: z
      .array(nonEmptyText)
      .optional()
      .meta({ description: 'The ids of the roles whose members may edit the dashboard.' }),
    lint,
    ...keyed,
  })
  .meta({
    id: 'GeneratedDashboard',
    description: 'A dashboard that is generated from the alerts of the document.',
  });

/** A document, which declares an application's monitors, alerts and dashboards. */
export const documentSchema = z
  .strictObject({
    apiVersion: z.literal('birddog/v1').optional().meta({
      description: 'The version of this format.',
      default: 'birddog/v1',
    }),
    application: applicationSchema,
    team: teamSchema,
    catalogs: catalogsSchema.optional(),
    tags: tags
      .optional()
      .meta({ description: 'Tags that every monitor and alert gets.', examples: [['env:prod']] }),
    notify: notifySchema.optional().meta({
      description: 'The recipients of alerts without `notify`.',
      examples: [['@slack-payments']],
    }),
    monitors: z
      .array(monitorSchema.extend(keyed).meta({ id: 'MonitorEntry' }))
      .optional()
      .meta({ description: "Monitors in Datadog's own format." }),
    alerts: z
      .array(alertSchema.extend(keyed).meta({ id: 'AlertEntry' }))
      .optional()
      .meta({ description: 'Alerts, which compile to monitors.' }),
    dashboards: z
      .array(z.union([generatedDashboardSchema, dashboardEntrySchema]))
      .optional()
      .meta({
        description: "Dashboards in Datadog's own format, or generated from the alerts (`from: alerts`).",
      }),
    ...expansionParts,
    tests: testsSchema.optional().meta({
      description: 'Tests of the alerts and monitors, which `birddog test` runs. Never sent to Datadog.',
    }),
  })
  .meta({ id: 'Document', description: 'The monitors, alerts and dashboards of one application.' });

/** The body of `/restore`: one revision of an object, or the last apply. */
export const restoreSchema = z
  .strictObject({
    application: applicationSchema,
    catalogs: catalogsSchema.optional(),
    kind: z.enum(MANAGED_KINDS).optional(),
    key: keySchema.optional(),
    revision: z.int().min(1).max(Number.MAX_SAFE_INTEGER).optional().meta({
      description: 'The revision of the object with this kind and key.',
    }),
    last_apply: z.literal(true).optional().meta({
      description: 'Restores what was there before the last apply of the application. Instead of an object.',
    }),
    basis: z.string().optional().meta({
      minLength: 1,
      description: 'The `basis` of the plan that this request applies. Without it the answer is a plan.',
    }),
  })
  .meta({
    id: 'Restore',
    description: 'Either `kind`, `key` and `revision`, or `last_apply`.',
    oneOf: [{ required: ['kind', 'key', 'revision'] }, { required: ['last_apply'] }],
  });
export type Restore = z.output<typeof restoreSchema>;

/** A time in ISO 8601 with its zone. */
const MOMENT_TEXT =
  /^20\d{2}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,9})?)?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;

/** The body of `/explain`. */
export const explainSchema = z
  .strictObject({
    application: applicationSchema,
    catalogs: catalogsSchema.optional(),
    key: keySchema,
    at: z
      .string()
      .regex(MOMENT_TEXT, 'must be a time such as 2026-11-23T12:00:00Z')
      .meta({
        description: 'The time of an evaluation, or a time after it and before the next one.',
        examples: ['2026-11-23T12:00:00Z'],
      }),
    group: z.string().min(1).max(1000).optional().meta({
      description: '`tag:value`, several joined by commas. Default: the group with the most severe state.',
    }),
  })
  .meta({ id: 'Explain', description: 'An alert or monitor in Datadog, a time and a group.' });
