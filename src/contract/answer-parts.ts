import { MANAGED_KINDS } from '../domain/managed-fields.ts';
import { z } from 'zod';
import { CATALOG_NAMES } from '../domain/application.ts';
import { isRawNumber, type Json, type JsonObject } from '../domain/json.ts';

export const text = z.string();

/** Any JSON value. Its inside is not checked, because it comes from a JSON parser. */
export const json = z.custom<Json>((value) => value !== undefined, 'must be present');
/** Any JSON object, such as a monitor as Datadog stores it. */
export const jsonObject = z
  .custom<JsonObject>(
    (value) => typeof value === 'object' && value !== null && !Array.isArray(value) && !isRawNumber(value),
    'must be an object',
  )
  .meta({ type: 'object' });

const pointer = text.meta({ format: 'json-pointer' });
const offset = z.int().min(0).meta({ description: 'In UTF-16 code units.' });

const editSchema = z.union([
  z
    .object({ pointer, from: offset, to: offset, text })
    .meta({ description: 'Replaces a range of the string at the pointer. `to` is exclusive.' }),
  z
    .object({ pointer, value: json })
    .meta({ description: 'Sets the value at the pointer, or adds it if it does not exist.' }),
  z
    .object({ pointer, remove: z.literal(true) })
    .meta({ description: 'Removes the field or element at the pointer.' }),
]);

/** A finding of lint or of a plan, with its position in the body that was sent. */
export const findingSchema = z
  .object({
    code: text,
    severity: z.enum(['error', 'warning', 'info']),
    source: z
      .literal('datadog')
      .exactOptional()
      .meta({ description: "Who found it, if not Birddog: Datadog's own validation." }),
    message: text,
    pointer,
    line: z.int().min(1).exactOptional(),
    column: z.int().min(1).exactOptional().meta({ description: 'In UTF-16 code units, as editors count.' }),
    hint: text.exactOptional(),
    fix: z
      .object({ title: text, edits: z.array(editSchema) })
      .exactOptional()
      .meta({ description: 'A change of the request body that resolves the finding.' }),
  })
  .meta({ id: 'Finding' });
export type AnsweredFinding = z.output<typeof findingSchema>;

export const kind = z.enum(MANAGED_KINDS);
export const action = z.enum(['create', 'update', 'rename', 'replace', 'delete', 'none', 'extra', 'clone']);

/** The fields of a change of one field of an object. */
export const changeFields = {
  path: pointer,
  from: json.exactOptional().meta({ description: 'Absent if the field is added.' }),
  to: json.exactOptional().meta({ description: 'Absent if the field is removed.' }),
  moved_from: pointer.exactOptional().meta({ description: 'The former place of a widget that moved.' }),
};
export const changeSchema = z.object(changeFields).meta({ id: 'Change' });

const changedBy = {
  changed_by: text.exactOptional().meta({
    description:
      'In a plan: who made the change that the plan would undo, since the last apply; `not known` if the audit trail does not say.',
  }),
  changed_at: text.exactOptional().meta({ description: 'When, in ISO 8601, if known.' }),
};
const plannedChangeSchema = z.object({ ...changeFields, ...changedBy }).meta({ id: 'PlannedChange' });

export const plannedSchema = z
  .object({
    kind,
    key: text,
    id: text.exactOptional(),
    action,
    renamed_from: text.exactOptional().meta({
      description:
        'The former key of an object that is renamed: `key`, or `application/key` of another application.',
    }),
    origin: jsonObject.exactOptional().meta({
      description: 'For an object that is not in the document: when it was created, and by whom.',
    }),
    url: text.exactOptional().meta({ description: 'The page of the existing object in Datadog.' }),
    changes: z.array(plannedChangeSchema),
    ...changedBy,
    after: jsonObject.exactOptional().meta({
      description:
        'In a plan, for an object that would be created, updated or replaced: the monitor or dashboard as it would be written, with its marker and tags. A reference to an object that does not exist yet stays as it is.',
    }),
  })
  .meta({ id: 'PlannedObject' });
export type PlannedObject = z.output<typeof plannedSchema>;

/** The fields of every answer about an application. */
export const routeFields = {
  route: z.enum(['listed', 'unlisted']),
  missing_from: z
    .array(z.enum(CATALOG_NAMES))
    .exactOptional()
    .meta({ description: 'The catalogs that do not have the application; only if it is unlisted.' }),
  not_checked: z
    .array(z.enum(CATALOG_NAMES))
    .exactOptional()
    .meta({ description: 'The catalogs that did not answer, if there are any.' }),
};
export type RouteFields = z.output<z.ZodObject<typeof routeFields>>;

const doneSchema = z.object({ kind, key: text, id: text, action, url: text.exactOptional() });
const doneLineSchema = z.object({ done: doneSchema });

/** Returns the written object in a line of a streamed answer. Throws ZodError or SyntaxError for any other line. */
export function doneObjectIn(line: string): z.output<typeof doneSchema> {
  return doneLineSchema.parse(JSON.parse(line)).done;
}

/** The fields of the answer of an apply, and of the problem that ended one. */
export const progressFields = {
  done: z.array(doneSchema).meta({ description: 'The objects that were written.' }),
  remaining: z
    .array(
      z.object({
        kind,
        key: text,
        action,
        reason: z.enum(['refused', 'dependency']).exactOptional().meta({
          description:
            '`refused`: see `findings`. `dependency`: it depends on an object that was not written. Absent: the apply stopped before it.',
        }),
      }),
    )
    .meta({ description: 'The objects that were not written. Apply again with the new `basis`.' }),
};
export type Progress = z.output<z.ZodObject<typeof progressFields>>;
