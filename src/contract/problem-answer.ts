import { z } from 'zod';
import { CATALOG_NAMES } from '../domain/application.ts';
import { PROBLEMS, type ProblemCode } from '../domain/problem.ts';
import { findingSchema, kind, plannedSchema, progressFields, text } from './answer-parts.ts';

const optionalText = text.exactOptional();
const texts = z.array(text).exactOptional();
const catalog = z.enum(CATALOG_NAMES);
const codes = Object.keys(PROBLEMS).filter((code): code is ProblemCode => Object.hasOwn(PROBLEMS, code));

/** Additional fields of some problems, by the problem that has them. */
const MEMBERS = {
  catalog: catalog.exactOptional().meta({ description: '`ambiguous_application`: the catalog.' }),
  matches: texts.meta({ description: '`ambiguous_application`: the names in that catalog.' }),
  catalogs: z
    .array(catalog)
    .exactOptional()
    .meta({ description: '`catalog_unavailable`: the catalogs that did not answer.' }),
  wanted: z
    .object({ right: text, application: optionalText })
    .exactOptional()
    .meta({ description: '`forbidden`: the missing permission.' }),
  groups: texts.meta({ description: '`forbidden`: groups that have the permission.' }),
  owner: optionalText.meta({ description: '`owned_by_another`: the application that owns the object.' }),
  datadog_status: z.int().exactOptional().meta({ description: "`datadog_refused`: Datadog's status." }),
  unit: optionalText.meta({ description: '`too_large`: what is limited, such as bytes or values.' }),
  limit: z.int().exactOptional().meta({ description: '`too_large`: the maximum.' }),
  measured: z.int().exactOptional().meta({ description: '`too_large`: the amount when reading stopped.' }),
  existing: optionalText.meta({ description: '`duplicate_of_unmanaged`: the id of the identical monitor.' }),
  plan: z
    .object({ application: text, objects: z.array(plannedSchema) })
    .exactOptional()
    .meta({ description: '`key_conflict`: how the existing object differs.' }),
  deletes: z
    .array(z.object({ kind, key: text }))
    .exactOptional()
    .meta({ description: '`too_many_deletes`: the objects that would be deleted.' }),
  changes: z
    .array(z.object({ kind, key: text }))
    .exactOptional()
    .meta({ description: '`too_many_changes`: the monitors whose alerting would change.' }),
  moved: z
    .array(
      z.union([
        z.object({ kind, key: text, id: text, fields: z.array(text), by: text }),
        z.object({ document: text }),
      ]),
    )
    .exactOptional()
    .meta({ description: '`plan_stale`: what changed since the plan.' }),
  done: progressFields.done.exactOptional(),
  remaining: progressFields.remaining.exactOptional(),
  basis: optionalText.meta({ description: 'The fingerprint after an apply that failed.' }),
};

/** A problem (RFC 9457), which every operation returns for a failure. */
export const problemSchema = z
  .looseObject({
    type: text,
    title: text,
    status: z.int(),
    detail: text,
    code: z.enum(codes),
    hint: text,
    request_id: text,
    findings: z.array(findingSchema).exactOptional(),
    ...MEMBERS,
  })
  .meta({ id: 'Problem' });

/** A problem of any release: a client shows a code that it does not know. */
export const anyProblemSchema = problemSchema.extend({ code: text });
export type AnyProblem = z.output<typeof anyProblemSchema>;
