import { z } from 'zod';
import { APPLICATION_SLUG, KEY_SLUG, TEAM_SLUG } from '../domain/application.ts';
import { isRawNumber, type Json } from '../domain/json.ts';

/** A slug with a sentence of its own: a pattern helps nobody who mistyped. */
const slug = (pattern: RegExp, what: string, length: number) =>
  z
    .string(`${what} is text`)
    .regex(
      pattern,
      `${what} has 1 to ${length} characters: lower-case letters, digits, ".", "_" and "-", and begins with a letter or digit`,
    );

export const applicationSchema = slug(APPLICATION_SLUG, 'application', 100).meta({
  description: 'What the document is about, listed in a catalog or not.',
  examples: ['payments-batch'],
});
const keySchema = slug(KEY_SLUG, 'key', 80).meta({
  description: 'The name of the object within its application; by default made from its name or title.',
});
const teamSchema = slug(TEAM_SLUG, 'team', 100).meta({
  description: 'The team that owns the application.',
});

const catalogsSchema = z
  .strictObject({
    datadog: z.string().min(1).max(200).optional(),
    leanix: z.string().min(1).max(200).optional(),
    servicenow: z.string().min(1).max(200).optional(),
  })
  .meta({ description: 'What each catalog calls the application, where that is another name.' });

/** A number in any spelling; beyond 2^53 too. */
const number = z
  .custom<Json>((value) => typeof value === 'number' || isRawNumber(value), 'must be a number')
  .meta({ type: 'number' });

const text = (what: string) => z.string(`${what} must be text`);
const someText = (what: string) => text(what).regex(/\S/, `${what} must not be empty`);
const tags = z.array(
  text('a tag').min(1, 'a tag must not be empty').max(200, 'a tag has at most 200 characters'),
  'tags must be a list of texts',
);
const anything = z.record(z.string(), z.unknown());

/** Birddog's own member of an object. Its shape is held by the rules of src/lint/suppression, which say where it is wrong. */
const lint = z
  .unknown()
  .meta({
    id: 'Lint',
    description: 'Which findings about this object are known and do not matter. Never sent to Datadog.',
    type: 'object',
    additionalProperties: false,
    properties: {
      ignore: {
        type: 'array',
        items: {
          type: 'object',
          required: ['code', 'because'],
          additionalProperties: false,
          properties: {
            code: { type: 'string', description: 'The code of a rule: docs/lint.md.', minLength: 1 },
            because: { type: 'string', description: 'Why it does not matter here.', pattern: '\\S' },
          },
        },
      },
    },
  })
  .optional();

/** Datadog's monitor: what Birddog relies on is checked, the rest passes as it is. */
const monitorSchema = z
  .looseObject(
    {
      type: someText('type'),
      query: someText('query'),
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
  .meta({ id: 'Monitor', description: "Datadog's own monitor object: every type, every option." });

/** A monitor in an update: what is left out stays as it is. */
const monitorUpdateSchema = monitorSchema.partial().meta({ id: 'MonitorUpdate' });

const widgetSchema = z.looseObject(
  { definition: z.looseObject({ type: someText('type') }, 'definition must be an object with a type') },
  'a widget must be an object with a definition',
);

/** Datadog's dashboard: required members as Datadog has them; widget definitions pass verbatim. */
const dashboardSchema = z
  .looseObject(
    {
      title: text('title'),
      layout_type: z.enum(['ordered', 'free'], 'layout_type must be "ordered" or "free"'),
      widgets: z.array(widgetSchema, 'widgets must be a list'),
      description: text('description').nullish(),
      tags: tags.max(5, 'a dashboard has at most five tags').nullish(),
      template_variables: z.array(anything).nullish(),
      lint,
    },
    'dashboard must be an object',
  )
  .meta({ id: 'Dashboard', description: "Datadog's own dashboard object." });

const WHEN = z.enum(
  ['alert', 'warning', 'no_data', 'recovery'],
  'when must be alert, warning, no_data or recovery, or a list of these',
);
/** The intent: a signal, a condition, and who is told. Compiled into a monitor and read back from one. */
export const alertSchema = z
  .strictObject(
    {
      title: someText('title'),
      severity: z
        .enum(
          ['critical', 'high', 'medium', 'low', 'info'],
          'severity must be critical, high, medium, low or info',
        )
        .optional(),
      signal: z.strictObject({
        metric: someText('metric'),
        aggregate: z
          .enum(['avg', 'sum', 'min', 'max', 'count'], 'aggregate must be avg, sum, min, max or count')
          .optional(),
        filter: someText('filter').optional(),
        by: z.array(someText('by')).min(1, 'by must name a tag, or be left out').optional(),
      }),
      condition: z.strictObject({
        over: someText('over').meta({ description: 'The evaluation window: `5m`, `1h`, `1d`.' }),
        statistic: z.enum(['avg', 'sum', 'min', 'max'], 'statistic must be avg, sum, min or max').optional(),
        above: number.optional(),
        below: number.optional(),
        warn: number.optional(),
        recover: number.optional(),
      }),
      message: text('message').optional(),
      notify: z
        .array(
          z.strictObject({
            to: z.array(someText('a recipient')).min(1, 'to must name a recipient'),
            when: z.union([WHEN, z.array(WHEN).min(1)]).optional(),
          }),
        )
        .optional(),
      lint,
    },
    'alert must be an object',
  )
  .meta({ id: 'Alert' });

const target = {
  application: applicationSchema,
  key: keySchema.optional(),
  catalogs: catalogsSchema.optional(),
};

/** The objects a body can hold, by kind: for a create and for an update. */
export const OBJECT_SCHEMAS = {
  monitor: { create: monitorSchema, update: monitorUpdateSchema },
  alert: { create: alertSchema, update: alertSchema },
  dashboard: { create: dashboardSchema, update: dashboardSchema },
} as const;

/** What stands around an object. The object itself is checked by its own schema, so that each mistake is told once. */
export const ENVELOPE_SCHEMAS = {
  create: z.strictObject({ ...target, team: teamSchema }),
  update: z.strictObject({
    ...target,
    team: teamSchema.optional(),
    id: z.union([z.string(), number]).optional(),
  }),
} as const;

const keyed = {
  key: keySchema.optional(),
  unmanaged: z
    .array(text('a pointer').regex(/^\//, 'a pointer begins with "/", as in /options/thresholds/warning'))
    .optional()
    .meta({ description: 'Pointers within the object to what is left to people.' }),
  adopt: z
    .union([z.string(), number], 'adopt is the id of an object in Datadog')
    .optional()
    .meta({ description: 'The id of an object that is in Datadog already and becomes this one.' }),
};
/** One file that declares an application's monitors, alerts and dashboards. */
export const documentSchema = z
  .strictObject({
    apiVersion: z.literal('birddog/v1', 'apiVersion must be birddog/v1'),
    application: applicationSchema,
    team: teamSchema,
    catalogs: catalogsSchema.optional(),
    tags: tags.optional(),
    notify: z.array(someText('a recipient')).optional(),
    monitors: z.array(monitorSchema.extend(keyed)).optional(),
    alerts: z.array(alertSchema.extend(keyed)).optional(),
    dashboards: z.array(dashboardSchema.extend(keyed)).optional(),
  })
  .meta({ id: 'Document' });
