import { z } from 'zod';
import { routeFields, text } from './answer-parts.ts';

const count = z.int().min(0);
const seconds = z.number().min(0);
const time = text.meta({ format: 'date-time' });
const group = text.meta({ description: '`tag:value,...`, or `*` for the whole monitor.' });
const state = z.enum(['none', 'ok', 'no_data', 'warn', 'alert']);
const span = { from: time, to: time };
const reason = z.object({ code: text, text });

const query = z
  .object({
    name: text.meta({ description: 'Its name in `calculation`.' }),
    source: text.meta({ description: '`metrics`, or the data source of a search.' }),
    text,
    step_s: seconds,
    step_aggregation: text.meta({ description: 'How the points of a step add up.' }),
    window_aggregation: text.meta({ description: 'How the steps of the window add up.' }),
    points: count.meta({ description: 'The number of points in the window.' }),
    last_point: time
      .exactOptional()
      .meta({ description: 'The last step with a point, also before the window.' }),
    steps: z
      .array(z.object({ at: time, value: z.number().nullable() }))
      .meta({ description: 'The steps of the window, the latest 60.' }),
    other_steps: count.meta({ description: 'The number of steps that are left out.' }),
    missing: z.array(z.object(span)).meta({ description: 'Parts of the window without a value.' }),
  })
  .meta({ id: 'ExplainedQuery' });

const explanation = z
  .object({
    at: time.meta({ description: 'The evaluation.' }),
    group,
    groups: z
      .array(z.object({ group, state, value: z.number().exactOptional() }))
      .meta({ description: 'The groups of the evaluation, the most severe 20.' }),
    other_groups: count.meta({ description: 'The number of groups that are left out.' }),
    window: z
      .object({
        ...span,
        every_s: seconds.exactOptional(),
        delay_s: seconds,
        earlier: z.object(span).exactOptional(),
      })
      .exactOptional()
      .meta({
        description:
          'The window, which ends `delay_s` before the evaluation. A composite has none. With a custom schedule there is no `every_s`.',
      }),
    members: z
      .array(z.object({ member: text, state }))
      .exactOptional()
      .meta({ description: 'Of a composite: the states of its members.' }),
    queries: z.array(query),
    calculation: z.array(text).meta({ description: 'What is calculated, one step each.' }),
    value: z.number().exactOptional(),
    comparator: z.enum(['>', '>=', '<', '<=', '==', '!=']).exactOptional(),
    thresholds: z.array(
      z.object({
        kind: z.enum(['critical', 'warning', 'critical_recovery', 'warning_recovery']),
        value: z.number(),
        is_met: z.boolean().exactOptional().meta({ description: 'Absent without a value.' }),
      }),
    ),
    state: z.object({ before: state, after: state, since: time.exactOptional() }),
    reasons: z.array(reason).meta({ description: 'Why the group has its state.' }),
    downtimes: z
      .array(z.object({ from: time, to: time.exactOptional() }))
      .meta({ description: 'The downtimes that cover the group at the evaluation.' }),
    notification: z
      .union([
        z.object({
          sent: z.literal(true),
          kind: z.enum(['transition', 'downtime_end', 'renotification']),
          from: state,
          to: state,
        }),
        z.object({ sent: z.literal(false), reason }),
      ])
      .meta({ description: 'The notification of the evaluation, or why nothing was sent.' }),
    recipients: z.array(
      z.object({
        recipient: text.meta({ description: 'With its `@`.' }),
        notified: z.boolean(),
        source: z.enum(['message', 'escalation_message', 'notification_rule']),
        because: text.meta({ description: 'The block, the notification rule or the reason that decided.' }),
      }),
    ),
    recent: z
      .array(z.object({ at: time, from: state, to: state }))
      .meta({ description: 'The computed transitions of the group in the day before, latest last.' }),
  })
  .meta({
    id: 'Explanation',
    description: 'Why a group had its state at an evaluation, and who was notified.',
  });

export const explainAnswerSchema = z
  .object({
    application: text,
    ...routeFields,
    key: text,
    id: text,
    title: text,
    url: text,
    asked_at: time,
    explanation: explanation.exactOptional(),
    refused: reason.exactOptional().meta({ description: 'Why there is no explanation.' }),
    real: z
      .array(z.object({ at: time, group, from: state, to: state }))
      .meta({ description: 'The latest transitions that Datadog recorded in the day before, newest last.' }),
    notes: z.array(reason).meta({
      description: 'What could not be read, and whether the monitor is muted or was changed since.',
    }),
    request_id: text,
  })
  .meta({ id: 'ExplainAnswer' });
export type ExplainAnswer = z.output<typeof explainAnswerSchema>;
