import { z } from 'zod';
import {
  action,
  changeFields,
  changeSchema,
  findingSchema,
  json,
  jsonObject,
  kind,
  plannedSchema,
  progressFields,
  routeFields,
  text,
} from './answer-parts.ts';
import { checkReportSchema } from './check-report.ts';
import { explainAnswerSchema } from './explain-schema.ts';
import { packAnswerSchema, packsAnswerSchema } from './pack-answers.ts';
import { previewAnswerSchema, previewSchema } from './preview-schema.ts';
import { MONITOR_STATES } from './query-parameters.ts';

const findings = z.array(findingSchema);
const request_id = text;
const optionalText = text.exactOptional();
const optionalObject = jsonObject.exactOptional();

const writeFields = {
  application: text,
  key: text,
  ...routeFields,
  action,
  changes: z.array(changeSchema),
  dry_run: z.literal(true).exactOptional(),
  id: optionalText.meta({ description: 'Absent in a dry run of a create.' }),
  url: optionalText,
};
/** Answers of a create or update, by kind. The object is absent in a dry run of a create. */
const written = {
  monitor: z
    .object({ ...writeFields, monitor: optionalObject, findings, request_id })
    .meta({ id: 'WrittenMonitor' }),
  alert: z
    .object({ ...writeFields, alert: optionalObject, monitor: optionalObject, findings, request_id })
    .meta({ id: 'WrittenAlert' }),
  dashboard: z
    .object({ ...writeFields, dashboard: optionalObject, findings, request_id })
    .meta({ id: 'WrittenDashboard' }),
};
export type WriteAnswer = z.output<(typeof written)[keyof typeof written]>;

const obstacle = z
  .object({
    field: text.meta({ description: 'The first field of the monitor that no alert has like this.' }),
    reason: text.meta({ description: 'Why, in a sentence.' }),
  })
  .meta({ id: 'Obstacle' });

/** An existing object, by kind. `alert` is absent if an alert cannot express the monitor. */
const shown = {
  monitor: { id: text, url: text, monitor: jsonObject },
  alert: {
    id: text,
    url: text,
    alert: optionalObject,
    obstacle: obstacle.exactOptional().meta({
      description: 'What keeps the monitor from being an alert.',
    }),
    monitor: jsonObject,
  },
  dashboard: { id: text, url: text, dashboard: jsonObject },
};
export type ShownObject = {
  [Kind in keyof typeof shown]: z.output<z.ZodObject<(typeof shown)[Kind]>>;
}[keyof typeof shown];

const deleteFields = {
  application: text,
  key: text,
  ...routeFields,
  action: z.literal('delete'),
  dry_run: z.literal(true).exactOptional(),
};
const deleted = {
  monitor: z
    .object({ ...deleteFields, ...shown.monitor, findings, request_id })
    .meta({ id: 'DeletedMonitor' }),
  alert: z.object({ ...deleteFields, ...shown.alert, findings, request_id }).meta({ id: 'DeletedAlert' }),
  dashboard: z
    .object({ ...deleteFields, ...shown.dashboard, findings, request_id })
    .meta({ id: 'DeletedDashboard' }),
};
export type DeleteAnswer = z.output<(typeof deleted)[keyof typeof deleted]>;

const entryFields = {
  application: text,
  key: text,
  clone: z
    .literal(true)
    .exactOptional()
    .meta({ description: 'Whether it is a clone of the object with the same key.' }),
};
const time = text.meta({ format: 'date-time' });
const state = z.enum(MONITOR_STATES);
/** The state of a monitor in a list. */
const stateFields = {
  state,
  since: time.exactOptional().meta({ description: 'Since when it is in this state, if Datadog says so.' }),
  muted: z.boolean().meta({ description: 'Whether all of its groups are muted.' }),
  mutes: z
    .array(z.object({ scope: text, until: time.exactOptional() }))
    .meta({ description: 'The mutes and downtimes in force; `*` is the whole monitor.' }),
  groups: z
    .array(
      z
        .object({
          group: text,
          state,
          since: time.exactOptional(),
          muted: z.boolean(),
          notified: z.array(text).meta({
            description:
              'Who is notified of this state of the group, by the conditions in the message. Nobody, if the group is muted.',
          }),
        })
        .meta({ id: 'GroupState' }),
    )
    .meta({
      description: 'The groups that are not ok, the worst and oldest first, at most 100; `*` without groups.',
    }),
  more_groups: z.int().min(1).exactOptional().meta({ description: 'How many further groups are not ok.' }),
};
export type MonitorStateFields = z.output<z.ZodObject<typeof stateFields>>;

const listFields = {
  application: optionalText.meta({ description: 'Absent if the request names no application.' }),
  route: routeFields.route.exactOptional(),
  missing_from: routeFields.missing_from,
  not_checked: routeFields.not_checked,
  not_readable: z.int().min(0).exactOptional().meta({
    description:
      'Without an application: how many objects of this page Datadog lists, but does not let Birddog read.',
  }),
};
const next_cursor = optionalText.meta({ description: 'Absent on the last page.' });
const listed = {
  monitor: z
    .object({
      ...listFields,
      monitors: z.array(z.object({ ...entryFields, ...stateFields, ...shown.monitor })),
      next_cursor,
      request_id,
    })
    .meta({ id: 'MonitorList' }),
  alert: z
    .object({
      ...listFields,
      alerts: z.array(z.object({ ...entryFields, ...stateFields, ...shown.alert })),
      next_cursor,
      request_id,
    })
    .meta({ id: 'AlertList' }),
  dashboard: z
    .object({
      ...listFields,
      dashboards: z.array(z.object({ ...entryFields, ...shown.dashboard })),
      next_cursor,
      request_id,
    })
    .meta({ id: 'DashboardList' }),
};

/** An object of a list. */
export type ListedObject = ShownObject &
  z.output<z.ZodObject<typeof entryFields>> &
  (MonitorStateFields | { readonly state?: never });
/** The list of monitors, which alerts are, too. */
export const monitorListSchema = listed.monitor;
/** The answer of a list of any kind; it has the list of that kind. */
export type ListAnswer = Pick<
  z.output<(typeof listed)[keyof typeof listed]>,
  keyof typeof listFields | 'next_cursor' | 'request_id'
> & { readonly [List in `${keyof typeof listed}s`]?: ListedObject[] };

export const lintAnswerSchema = z.object({ findings, request_id }).meta({ id: 'Linted' });
export type LintAnswer = z.output<typeof lintAnswerSchema>;

const writtenPlace = z.object({ pointer: text, line: z.int(), column: z.int(), variant: optionalText });
export type WrittenPlace = z.output<typeof writtenPlace>;

export const expandAnswerSchema = z
  .object({
    document: jsonObject.meta({
      description: 'The document without parameters, variants, `each` and packs.',
    }),
    source_map: z.record(z.string(), writtenPlace).meta({
      description:
        'Where each value of the document is written: the pointer in the document as sent, the line and column, and the variant of its entry.',
    }),
    findings,
    request_id,
  })
  .meta({ id: 'Expanded' });
export type ExpandAnswer = z.output<typeof expandAnswerSchema>;

const planFields = {
  application: text,
  ...routeFields,
  basis: text.meta({ description: 'A fingerprint of the document and of the state in Datadog.' }),
  objects: z.array(plannedSchema),
  findings,
};
const preview = previewSchema.exactOptional().meta({
  description: 'With `preview`: what the alerts that are created, changed or deleted would have done.',
});
export const planAnswerSchema = z.object({ ...planFields, preview, request_id }).meta({ id: 'Plan' });
export type PlanAnswer = z.output<typeof planAnswerSchema>;

/** `basis` is the fingerprint after the apply. */
export const applyAnswerSchema = z
  .object({ ...planFields, request_id, ...progressFields })
  .meta({ id: 'Applied' });
export type ApplyAnswer = z.output<typeof applyAnswerSchema>;

const authorFields = {
  by: text.meta({ description: 'Who made the change; `not known` if the audit trail does not say.' }),
  at: optionalText.meta({ description: 'When, in ISO 8601, if known.' }),
};
export const driftedSchema = z.object({
  kind,
  key: text,
  pointer: text.meta({ description: 'The entry in the document.' }),
  id: text,
  drift: z.enum(['changed', 'deleted']),
  since: z
    .enum(['document', 'applied'])
    .exactOptional()
    .meta({ description: 'What a changed object is compared with: the document, or its last write.' }),
  changes: z.array(z.object({ ...changeFields, ...authorFields })),
  ...authorFields,
});
/** An object that was changed or deleted in Datadog. */
export type DriftedObject = z.output<typeof driftedSchema>;

export const driftAnswerSchema = z
  .object({
    application: text,
    ...routeFields,
    objects: z.array(driftedSchema),
    findings,
    request_id,
  })
  .meta({ id: 'Drift' });
export type DriftAnswer = z.output<typeof driftAnswerSchema>;

export const importAnswerSchema = z
  .object({
    application: text,
    ...routeFields,
    document: z
      .object({
        apiVersion: text,
        application: text,
        team: text,
        tags: z.array(text).exactOptional(),
        notify: z.array(text).exactOptional(),
        alerts: z.array(jsonObject).exactOptional(),
        monitors: z.array(jsonObject).exactOptional(),
        dashboards: z.array(jsonObject).exactOptional(),
      })
      // A client writes all fields into a file, also those of a later release.
      .catchall(json),
    findings,
    request_id,
  })
  .meta({ id: 'Imported' });
export type ImportAnswer = z.output<typeof importAnswerSchema>;

const revisionSchema = z
  .object({
    revision: z.int().min(1),
    kind,
    key: text,
    id: text,
    action: action.meta({
      description: '`none`: a state that somebody else left, and that a write replaced.',
    }),
    renamed_from: optionalText.meta({
      description:
        'The former key of an object that was renamed: `key`, or `application/key` of another application.',
    }),
    at: text.meta({ description: 'When, in ISO 8601.' }),
    by: text.meta({ description: 'The caller; `not known` for a state that somebody else left.' }),
    request_id: optionalText,
    fingerprint: optionalText.meta({
      description: 'A digest of the object, equal for equal objects; absent after a delete.',
    }),
    restored_from: z
      .int()
      .min(1)
      .exactOptional()
      .meta({ description: 'The revision that this one restored.' }),
    redacted: z
      .array(text)
      .exactOptional()
      .meta({ description: 'Pointers to the texts of the object from which a secret was removed.' }),
    object: json.exactOptional().meta({
      description: 'The object without its marker, null after a delete. Only for the history of one object.',
    }),
    changes: z
      .array(changeSchema)
      .exactOptional()
      .meta({ description: 'What differs from the revision before it.' }),
  })
  .meta({ id: 'Revision' });
/** One revision of an object. */
export type HistoryRevision = z.output<typeof revisionSchema>;

export const historyAnswerSchema = z
  .object({
    application: text,
    ...routeFields,
    revisions: z.array(revisionSchema),
    missing_until: optionalText.meta({
      description:
        'Revisions of any application until this time may be missing, because the history was full. Absent if none were deleted for that reason.',
    }),
    next_cursor,
    request_id,
  })
  .meta({ id: 'History' });
export type HistoryAnswer = z.output<typeof historyAnswerSchema>;

/** The answer of a restore: a plan, or with `basis` what was applied. */
const restoreAnswerSchema = z
  .object({
    ...planFields,
    request_id,
    done: progressFields.done.exactOptional(),
    remaining: progressFields.remaining.exactOptional(),
  })
  .meta({ id: 'Restored' });

/** The schema of the answer of each operation, by path. */
export const ANSWERS = {
  '/create_monitor': written.monitor,
  '/create_alert': written.alert,
  '/create_dashboard': written.dashboard,
  '/update_monitor': written.monitor,
  '/update_alert': written.alert,
  '/update_dashboard': written.dashboard,
  '/get_monitors': listed.monitor,
  '/get_alerts': listed.alert,
  '/get_dashboards': listed.dashboard,
  '/delete_monitor': deleted.monitor,
  '/delete_alert': deleted.alert,
  '/delete_dashboard': deleted.dashboard,
  '/lint': lintAnswerSchema,
  '/expand': expandAnswerSchema,
  '/plan': planAnswerSchema,
  '/preview': previewAnswerSchema,
  '/explain': explainAnswerSchema,
  '/apply': applyAnswerSchema,
  '/drift': driftAnswerSchema,
  '/import': importAnswerSchema,
  '/history': historyAnswerSchema,
  '/restore': restoreAnswerSchema,
  '/packs': packsAnswerSchema,
  '/packs/{name}': packAnswerSchema,
  '/check': checkReportSchema.extend({ request_id }).meta({ id: 'CheckReport' }),
} as const satisfies Readonly<Record<string, z.ZodObject>>;

/** Returns the schema of the answer of an operation. Throws TypeError for a path without one. */
export function answerSchema(path: string): z.ZodObject {
  const found = Object.entries(ANSWERS).find(([each]) => each === path);
  if (!found) throw new TypeError(`${path} has no schema for its answer.`);
  return found[1];
}
