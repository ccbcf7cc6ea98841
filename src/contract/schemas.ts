import { MANAGED_KINDS } from '../domain/managed-fields.ts';
import { z } from 'zod';
import { APPLICATION_SLUG, KEY_SLUG, TEAM_SLUG } from '../domain/application.ts';
import type { Mark } from '../domain/marker.ts';
import { isObject, isRawNumber, type Json, type JsonObject, parseTrustedJson } from '../domain/json.ts';

/** Returns the schema of a slug. Its message describes the allowed characters instead of quoting the pattern. */
const slug = (pattern: RegExp, what: string, length: number) =>
  z
    .string(`${what} must be a string`)
    .regex(
      pattern,
      `${what} must have 1 to ${length} characters (lower-case letters, digits, ".", "_" and "-") and begin with a letter or digit`,
    );

export const applicationSchema = slug(APPLICATION_SLUG, 'application', 100).meta({
  description: 'The application that the document describes, whether a catalog lists it or not.',
  examples: ['payments-batch'],
});
const keySchema = slug(KEY_SLUG, 'key', 80).meta({
  description: 'The name of the object within its application. Default: derived from its name or title.',
  examples: ['queue-depth'],
});
const teamSchema = slug(TEAM_SLUG, 'team', 100).meta({
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
    .meta({ description: `The name in ${catalog}.` });
const catalogsSchema = z
  .strictObject({
    datadog: catalogName("Datadog's software catalog"),
    leanix: catalogName('LeanIX'),
    servicenow: catalogName('ServiceNow'),
  })
  .meta({
    description: 'The names of the application in the catalogs, where they differ.',
    examples: [{ leanix: 'Payments Batch' }],
  });

/** Parses the query parameter `catalogs`. Returns undefined if it is not the JSON text of such an object. */
export function catalogsIn(text: string): JsonObject | undefined {
  try {
    const value = parseTrustedJson(text);
    return isObject(value) && catalogsSchema.safeParse(value).success ? value : undefined;
  } catch {
    return undefined;
  }
}

/** A number in any notation, also beyond 2^53. */
const number = z
  .custom<Json>((value) => typeof value === 'number' || isRawNumber(value), 'must be a number')
  .meta({ type: 'number' });

const text = (what: string) => z.string(`${what} must be a string`);
const nonEmptyText = (what: string) => text(what).regex(/\S/, `${what} must not be empty`);
/** Of any length: Datadog returns empty and long tags, and what it returns can be planned. Lint warns about them. */
const tags = z.array(text('a tag'), 'tags must be a list of strings');
const anyObject = z.record(z.string(), z.unknown());

/** The field `lint` of an object. The rules in src/lint/suppression validate it and report the position of each mistake. */
const lint = z
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

/** A Datadog monitor. Validates the fields that Birddog uses; all others pass unchanged. */
const monitorSchema = z
  .looseObject(
    {
      type: nonEmptyText('type'),
      query: nonEmptyText('query'),
      name: text('name').nullish(),
      message: text('message').nullish(),
      tags: tags.nullish(),
      options: z.looseObject({}, 'options must be an object').nullish(),
      priority: z
        .union([number, z.string(), z.null()], 'priority must be a number from 1 to 5, or null')
        .optional(),
      lint,
    },
    'monitor must be an object',
  )
  .meta({ id: 'Monitor', description: "Datadog's monitor object, with every type and option." });

/** A monitor in an update. Omitted fields keep their values. */
const monitorUpdateSchema = monitorSchema.partial().meta({ id: 'MonitorUpdate' });

const widgetSchema = z.looseObject(
  { definition: z.looseObject({ type: nonEmptyText('type') }, 'definition must be an object with a type') },
  'a widget must be an object with a definition',
);

/** A Datadog dashboard. Requires the fields that Datadog requires; widget definitions pass unchanged. */
const dashboardSchema = z
  .looseObject(
    {
      title: text('title'),
      layout_type: z.enum(['ordered', 'free'], 'layout_type must be "ordered" or "free"'),
      widgets: z.array(widgetSchema, 'widgets must be a list'),
      description: text('description').nullish(),
      tags: tags.max(5, 'a dashboard has at most five tags').nullish(),
      template_variables: z.array(anyObject).nullish(),
      lint,
    },
    'dashboard must be an object',
  )
  .meta({ id: 'Dashboard', description: "Datadog's dashboard object." });

const WHEN = z.enum(
  ['alert', 'warning', 'no_data', 'recovery'],
  'when must be alert, warning, no_data or recovery, or a list of these',
);
/** An alert: a signal, a condition and its recipients. Compiled into a monitor and read back from one. */
export const alertSchema = z
  .strictObject(
    {
      title: nonEmptyText('title').meta({
        description:
          'The name of the monitor that the alert compiles to, and the title of its notifications.',
        examples: ['Orders queue is backing up'],
      }),
      severity: z
        .enum(
          ['critical', 'high', 'medium', 'low', 'info'],
          'severity must be critical, high, medium, low or info',
        )
        .optional()
        .meta({ description: 'The priority of the monitor, from `critical` (P1) to `info` (P5).' }),
      signal: z
        .strictObject({
          metric: nonEmptyText('metric').meta({
            description: 'The name of the metric.',
            examples: ['rabbitmq.queue.messages'],
          }),
          aggregate: z
            .enum(['avg', 'sum', 'min', 'max', 'count'], 'aggregate must be avg, sum, min, max or count')
            .optional()
            .meta({ description: 'How the series of one group are combined.', default: 'avg' }),
          filter: nonEmptyText('filter')
            .optional()
            .meta({
              description: 'The scope of the metric, as between the braces of a query.',
              default: '*',
              examples: ['env:prod', 'env:prod AND NOT host:test-*'],
            }),
          by: z
            .array(nonEmptyText('by'))
            .min(1, 'by must contain at least one tag; omit it to group by nothing')
            .optional()
            .meta({
              description:
                'The tags whose values each have a state of their own. Default: one state for all.',
              examples: [['host'], ['queue', 'cluster']],
            }),
        })
        .meta({ description: 'What the alert measures.' }),
      condition: z
        .strictObject({
          over: nonEmptyText('over').meta({
            description: 'The evaluation window.',
            examples: ['5m', '1h', '1d'],
          }),
          statistic: z
            .enum(['avg', 'sum', 'min', 'max'], 'statistic must be avg, sum, min or max')
            .optional()
            .meta({ description: 'How the points in the window are combined.', default: 'avg' }),
          above: number.optional().meta({
            description: 'The alert triggers above this value. Either `above` or `below` is required.',
          }),
          below: number.optional().meta({
            description: 'The alert triggers below this value. Either `above` or `below` is required.',
          }),
          warn: number.optional().meta({ description: 'The state is a warning beyond this value.' }),
          recover: number
            .optional()
            .meta({ description: 'The alert recovers at this value. Default: at `above` or `below`.' }),
        })
        .meta({
          description: 'When the alert triggers.',
          examples: [{ over: '10m', above: 1000, warn: 500, recover: 800 }],
        }),
      message: text('message')
        .optional()
        .meta({
          description:
            "The text of the notifications. It may contain Datadog's variables and conditional blocks.",
          examples: ['Consumers of {{queue.name}} cannot keep up.'],
        }),
      notify: z
        .array(
          z.strictObject({
            to: z
              .array(nonEmptyText('a recipient'))
              .min(1, 'to must contain at least one recipient')
              .meta({ description: 'The recipients.', examples: [['@pagerduty-payments']] }),
            when: z
              .union([WHEN, z.array(WHEN).min(1)])
              .optional()
              .meta({
                description: 'The transitions that they are notified of.',
                default: ['alert', 'recovery'],
              }),
          }),
        )
        .optional()
        .meta({ description: 'Who is notified. Default: `notify` of the document.' }),
      lint,
    },
    'alert must be an object',
  )
  .meta({
    id: 'Alert',
    description: 'An alert in terms of a signal, a condition and recipients. It compiles to one monitor.',
  });

const target = {
  application: applicationSchema,
  key: keySchema.optional(),
  catalogs: catalogsSchema.optional(),
};

/** The schemas of the objects in a body, by kind, for a create and for an update. */
export const OBJECT_SCHEMAS = {
  monitor: { create: monitorSchema, update: monitorUpdateSchema },
  alert: { create: alertSchema, update: alertSchema },
  dashboard: { create: dashboardSchema, update: dashboardSchema },
} as const;

/** The schemas of the fields around an object. The object has its own schema, so that each mistake is reported once. */
export const ENVELOPE_SCHEMAS = {
  create: z.strictObject({ ...target, team: teamSchema }),
  update: z.strictObject({
    ...target,
    team: teamSchema.optional(),
    id: z.union([z.string(), number]).optional(),
  }),
} as const;

const FORMER_KEY = 'renamed_from must be a key, or application/key, or a list of these';
const formerKey = z.string(FORMER_KEY).refine((name) => formerName(name, '') !== undefined, FORMER_KEY);

const keyed = {
  key: keySchema.optional(),
  unmanaged: z
    .array(text('a pointer').regex(/^\//, 'a pointer begins with "/", as in /options/thresholds/warning'))
    .optional()
    .meta({
      description:
        'Pointers to the fields of the object that Birddog leaves unchanged, for people to edit in Datadog.',
      examples: [['/options/thresholds/warning']],
    }),
  adopt: z
    .union([z.string(), number], 'adopt must be the id of an object in Datadog')
    .optional()
    .meta({
      description: 'The id of an existing Datadog object that this entry takes over.',
      examples: [1234567],
    }),
  renamed_from: z
    .union([formerKey, z.array(formerKey).min(1)], FORMER_KEY)
    .optional()
    .meta({
      description:
        'The former key of the object, or the former keys, newest first. The object gets the new key and keeps its id.',
      examples: ['latency', 'other-app/latency'],
    }),
};
/** A document, which declares an application's monitors, alerts and dashboards. */
export const documentSchema = z
  .strictObject({
    apiVersion: z.literal('birddog/v1', 'apiVersion must be birddog/v1').optional().meta({
      description: 'The version of this format.',
      default: 'birddog/v1',
    }),
    application: applicationSchema,
    team: teamSchema,
    catalogs: catalogsSchema.optional(),
    tags: tags
      .optional()
      .meta({ description: 'Tags that every monitor and alert gets.', examples: [['env:prod']] }),
    notify: z
      .array(nonEmptyText('a recipient'))
      .optional()
      .meta({ description: 'The recipients of alerts without `notify`.', examples: [['@slack-payments']] }),
    monitors: z
      .array(monitorSchema.extend(keyed))
      .optional()
      .meta({ description: "Monitors in Datadog's own format." }),
    alerts: z
      .array(alertSchema.extend(keyed))
      .optional()
      .meta({ description: 'Alerts, which compile to monitors.' }),
    dashboards: z
      .array(dashboardSchema.extend(keyed))
      .optional()
      .meta({ description: "Dashboards in Datadog's own format." }),
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
      description: 'The `basis` of the plan that this request applies. Without it the answer is a plan.',
    }),
  })
  .meta({ id: 'Restore' });
export type Restore = z.output<typeof restoreSchema>;
