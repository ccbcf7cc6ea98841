import { z } from 'zod';
import { CATALOG_NAMES } from '../domain/application.ts';
import { PROBLEMS, type ProblemCode } from '../domain/problem.ts';
import { findingSchema, kind, plannedSchema, progressFields, routeFields, text } from './answer-parts.ts';
import { driftedSchema } from './answers.ts';
import { previewFields } from './preview-schema.ts';

const optionalText = text.exactOptional();
const texts = z.array(text).exactOptional();
const catalog = z.enum(CATALOG_NAMES);
/** Every code of a problem. */
export const PROBLEM_CODES = Object.keys(PROBLEMS).filter((code): code is ProblemCode =>
  Object.hasOwn(PROBLEMS, code),
);

/** Fields that only some problems have. */
const EXTRAS = {
  catalog: catalog.exactOptional().meta({ description: 'The catalog.' }),
  matches: texts.meta({ description: 'The names in that catalog, or the teams that the objects name.' }),
  catalogs: z.array(catalog).exactOptional().meta({ description: 'The catalogs that did not answer.' }),
  wanted: z
    .object({ right: text, application: optionalText })
    .exactOptional()
    .meta({ description: 'The missing permission.' }),
  groups: texts.meta({ description: 'Groups that have the permission.' }),
  owner: optionalText.meta({ description: 'The application that owns the object.' }),
  datadog_status: z.int().exactOptional().meta({ description: "Datadog's status." }),
  unit: optionalText.meta({ description: 'What is limited, such as bytes or values.' }),
  limit: z.int().exactOptional().meta({ description: 'The maximum.' }),
  measured: z.int().exactOptional().meta({ description: 'The amount when reading stopped.' }),
  existing: optionalText.meta({ description: 'The id of the identical monitor.' }),
  plan: z
    .object({ application: text, objects: z.array(plannedSchema) })
    .exactOptional()
    .meta({ description: 'How the existing object differs.' }),
  deletes: z
    .array(z.object({ kind, key: text }))
    .exactOptional()
    .meta({ description: 'The objects that would be deleted.' }),
  changes: z
    .array(z.object({ kind, key: text }))
    .exactOptional()
    .meta({ description: 'The monitors whose alerting would change.' }),
  moved: z
    .array(
      z.union([
        z.object({ kind, key: text, id: text, fields: z.array(text), by: text }),
        z.object({ document: text }),
      ]),
    )
    .exactOptional()
    .meta({ description: 'What changed since the plan.' }),
  application: optionalText.meta({ description: 'The application of a document with errors.' }),
  route: routeFields.route.exactOptional(),
  missing_from: routeFields.missing_from,
  not_checked: routeFields.not_checked,
  objects: z
    .array(z.union([plannedSchema, driftedSchema]))
    .exactOptional()
    .meta({
      description: 'Of `/plan` and `/drift`: the objects of the valid entries of a document with errors.',
    }),
  preview: z
    .object(previewFields)
    .exactOptional()
    .meta({ description: 'Of `/plan` with `preview`: that of the valid entries.' }),
  from: previewFields.from.exactOptional().meta({ description: 'The start of the span of a preview.' }),
  to: previewFields.to.exactOptional().meta({ description: 'The end of that span.' }),
  time_zone: previewFields.time_zone.exactOptional(),
  alerts: previewFields.alerts.exactOptional().meta({
    description: 'Of `/preview`: the alerts of the valid entries of a document with errors.',
  }),
  assumptions: previewFields.assumptions.exactOptional(),
  budget: previewFields.budget.exactOptional(),
};
type Extra = keyof typeof EXTRAS;

/** The fields of EXTRAS by code: those that every problem with the code has, and those that some of them have. */
const EXTRAS_BY_CODE: Readonly<
  Partial<Record<ProblemCode, { readonly always?: readonly Extra[]; readonly sometimes?: readonly Extra[] }>>
> = {
  forbidden: { always: ['wanted', 'groups'] },
  owned_by_another: { always: ['owner'] },
  key_conflict: { always: ['plan'] },
  ambiguous_application: { always: ['catalog', 'matches'] },
  ambiguous_team: { always: ['matches'] },
  duplicate_of_unmanaged: { always: ['existing'] },
  plan_stale: { always: ['moved'] },
  too_many_deletes: { always: ['deletes'] },
  too_many_changes: { always: ['changes'] },
  too_large: { always: ['unit', 'limit'], sometimes: ['measured'] },
  invalid: {
    sometimes: [
      'application',
      'route',
      'missing_from',
      'not_checked',
      'objects',
      'preview',
      'from',
      'to',
      'time_zone',
      'alerts',
      'assumptions',
      'budget',
    ],
  },
  datadog_refused: { sometimes: ['datadog_status'] },
  catalog_unavailable: { always: ['catalogs'] },
};

/** The fields of every problem. */
export const problemFields = {
  type: text,
  title: text,
  status: z.int(),
  detail: text,
  code: z.enum(PROBLEM_CODES),
  hint: text,
  request_id: text,
  findings: z.array(findingSchema).exactOptional(),
  done: progressFields.done.exactOptional(),
  remaining: progressFields.remaining.exactOptional(),
  basis: optionalText.meta({ description: 'The fingerprint after an apply that failed.' }),
};

/** A problem (RFC 9457), which every operation returns for a failure. */
export const problemSchema = z.looseObject({ ...problemFields, ...EXTRAS });

/** Returns the schema of the problems with a code: their code, and the fields that only they have. */
export function problemOfCode(code: ProblemCode): z.ZodObject {
  const { always = [], sometimes = [] } = EXTRAS_BY_CODE[code] ?? {};
  const required = (name: Extra) => EXTRAS[name].unwrap().meta({ ...EXTRAS[name].meta() });
  return z.looseObject({
    code: z.literal(code),
    ...Object.fromEntries(always.map((name) => [name, required(name)])),
    ...Object.fromEntries(sometimes.map((name) => [name, EXTRAS[name]])),
  });
}

/** A problem of any release: a client shows a code that it does not know. */
export const anyProblemSchema = problemSchema.extend({ code: text });
export type AnyProblem = z.output<typeof anyProblemSchema>;
