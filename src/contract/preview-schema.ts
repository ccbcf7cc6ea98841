import { z } from 'zod';
import { findingSchema, routeFields, text } from './answer-parts.ts';

const count = z.int().min(0);
const seconds = z.number().min(0);
const percent = z.number().min(0).max(100);
const perWeek = z.number().min(0).meta({ description: 'The count, in proportion to 7 days.' });
const time = text.meta({ format: 'date-time' });
const group = text.meta({ description: '`tag:value,...`, or `*` for the whole monitor.' });

const refused = z
  .object({ refused: z.object({ code: text, message: text }) })
  .meta({ id: 'NotEvaluated', description: 'Why there are no figures.' });

const missing = z
  .object({ from: time, to: time, reason: text })
  .meta({ id: 'MissingSeries', description: 'A part of the span without series, although they may exist.' });

const figures = z
  .object({
    step_s: seconds.exactOptional().meta({ description: 'The length of a step. A composite has none.' }),
    point_s: seconds.exactOptional().meta({ description: 'The interval of the points.' }),
    lead_in_s: seconds.meta({ description: 'The time evaluated before the span, for the first states.' }),
    evaluated: count.meta({ description: 'The evaluations of groups that had a value.' }),
    skipped: z
      .object({ empty: count, no_finite_value: count, window_not_full: count, new_group: count })
      .meta({ description: 'The evaluations of groups without effect, by reason.' }),
    transitions: count,
    notifications: z
      .object({
        count,
        per_week: perWeek,
        out_of_hours_percent: percent.meta({
          description: 'The share from 22:00 to 07:00 and on weekends, in `time_zone`.',
        }),
        without_recipient: count.meta({
          description: 'The notifications that reach nobody; not in `count`.',
        }),
      })
      .meta({
        description: 'A transition or renotification of one group counts once for each recipient.',
      }),
    recipients: z
      .array(z.object({ recipient: text, count, per_week: perWeek }))
      .meta({ description: 'With their `@`, those with the most notifications first.' }),
    time_in_alert_s: seconds.meta({ description: 'The time in which at least one group is in Alert.' }),
    time_in_alert_percent: percent,
    longest_alert_s: seconds.meta({ description: 'The longest time in which one group is in Alert.' }),
    flapping_percent: percent.meta({
      description: 'The highest flapping score of a group, as Nagios computes it.',
    }),
    groups: count.meta({ description: 'The number of evaluated groups.' }),
    top_groups: z
      .array(z.object({ group, transitions: count, notifications: count, time_in_alert_s: seconds }))
      .meta({ description: 'The groups with the most notifications.' }),
    timeline: z
      .object({
        part_s: seconds.meta({ description: 'The length of each part.' }),
        values: z.array(z.number().nullable()).meta({
          description:
            'The value closest to the alert in each part; null without one. Empty for a composite.',
        }),
        notifications: z.array(count).meta({ description: 'The notifications in each part.' }),
        critical: z.number().exactOptional(),
        comparator: z.enum(['>', '>=', '<', '<=', '==', '!=']).exactOptional(),
      })
      .meta({ description: 'The course of the span in parts of equal length.' }),
    incomplete: z.array(missing).exactOptional(),
  })
  .meta({ id: 'PreviewFigures', description: 'What one definition would have done in the span.' });

const outcome = z.union([figures, refused]);
const state = z.enum(['none', 'ok', 'no_data', 'warn', 'alert']);

/** What one alert would have done. */
export const alertReportSchema = z
  .object({
    key: text,
    kind: z.enum(['alert', 'monitor']),
    id: text.exactOptional().meta({ description: 'Absent if it does not exist.' }),
    title: text,
    before: outcome.exactOptional().meta({
      description: 'The monitor as it is in Datadog. Absent if it does not exist, or does not change.',
    }),
    after: outcome.exactOptional().meta({
      description: 'The monitor as the body makes it. Absent if it would be deleted.',
    }),
    sweep: z
      .array(
        z.object({
          threshold: z.number(),
          transitions: count,
          notifications: count,
          per_week: perWeek,
          is_current: z.boolean(),
        }),
      )
      .exactOptional()
      .meta({ description: 'What other critical thresholds would have done, by threshold.' }),
    agreement: z
      .object({
        real: count,
        matched: count,
        missed: count.meta({ description: 'Real transitions that were not computed.' }),
        invented: count.meta({ description: 'Computed transitions that did not happen.' }),
        tolerance_s: seconds.meta({ description: 'How far the times of a match may be apart.' }),
        examples: z.array(z.object({ kind: z.enum(['missed', 'invented']), at: time, group, to: state })),
      })
      .exactOptional()
      .meta({ description: 'How the monitor as it is in Datadog agrees with its real transitions.' }),
    real: z
      .object({
        transitions: count,
        examples: z
          .array(z.object({ at: time, group, from: state, to: state }))
          .meta({ description: 'The latest transitions, newest last.' }),
      })
      .exactOptional()
      .meta({ description: 'The real transitions of a monitor that cannot be evaluated.' }),
    svg: text.exactOptional().meta({ description: 'With `svg=true`: an image of the span.' }),
  })
  .meta({ id: 'AlertReport' });

/** The fields of a preview. */
export const previewFields = {
  from: time,
  to: time.meta({ description: 'Not included.' }),
  time_zone: text.meta({ description: 'The time zone of the organisation, an IANA name.' }),
  alerts: z.array(alertReportSchema),
  assumptions: z
    .array(z.object({ code: text, text }))
    .meta({ description: 'What Datadog does not publish, and what is assumed instead.' }),
  budget: z
    .object({ requests: count, cached: count, missing: count })
    .meta({ description: 'Requests to Datadog; days of queries from the cache; days that are missing.' }),
};
export const previewSchema = z.object(previewFields).meta({ id: 'PreviewOfPlan' });
export type PreviewJson = z.output<typeof previewSchema>;
export type AlertReportJson = z.output<typeof alertReportSchema>;

export const previewAnswerSchema = z
  .object({
    application: text,
    ...routeFields,
    ...previewFields,
    findings: z.array(findingSchema),
    request_id: text,
  })
  .meta({ id: 'Preview' });
export type PreviewAnswer = z.output<typeof previewAnswerSchema>;
