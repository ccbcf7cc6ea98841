import { z } from 'zod';
import type { JsonObject } from '../../domain/json.ts';
import { nonEmptyText, number, tags, text } from '../../domain/schema-parts.ts';
import { duration } from '../durations.ts';

export const SEVERITIES = ['critical', 'high', 'medium', 'low', 'info'] as const;
/** In the order of a message. */
export const TRANSITIONS = ['alert', 'warning', 'unknown', 'no_data', 'recovery'] as const;
export type Transition = (typeof TRANSITIONS)[number];
/** The states in which a notification can be repeated. */
export const REPEATED = ['alert', 'warning', 'no_data'] as const;

const WHEN = z.enum(TRANSITIONS).meta({ id: 'When', description: 'A transition of an alert.' });
const recipient = nonEmptyText.meta({ pattern: '^@[^\\s{},]+$' });
/** A value in a condition of recipients. Quotes and braces would end it. */
const tagValue = text.meta({ pattern: '^[^"{}\\n\\r]*$' });

const notifyEntry = z
  .strictObject({
    to: z
      .union([recipient, z.array(recipient).min(1, 'must contain at least one recipient')])
      .meta({ description: 'One recipient, or several.', examples: ['@pagerduty-payments'] }),
    when: z
      .union([WHEN, z.array(WHEN).min(1)])
      .optional()
      .meta({
        description:
          'The transitions that they are notified of. Default: alert and recovery; also warning if the condition has `warn`, unknown if it has `unknown`, and no_data if `no_data` has `then: notify`. With `missing_for`: no_data and recovery.',
      }),
    if: z
      .record(z.string(), z.union([tagValue, z.array(tagValue).min(1)]))
      .optional()
      .meta({
        description: 'They are notified only of groups with these tag values.',
        examples: [{ queue: 'orders' }, { queue: ['orders', 'bills'] }],
      }),
  })
  .meta({
    id: 'Notify',
    description: 'Recipients, and the transitions and groups that they are notified of.',
  });

/** Recipients: each a string, or an object with the transitions and groups that they are notified of. */
export const notifySchema = z.array(z.union([recipient, notifyEntry]));

const noData = z
  .strictObject({
    after: z
      .union([z.literal('auto'), duration])
      .optional()
      .meta({
        description:
          "How long data must be missing, in whole minutes; `auto` is Datadog's own time. Only with `then: notify`, not for searches. Default: the evaluation window.",
        examples: ['30m'],
      }),
    then: z.enum(['notify', 'show', 'resolve', 'keep']).meta({
      description:
        'Notify, show the state No Data, resolve the alert, or keep its state. Checks, processes and composites can only notify.',
    }),
  })
  .meta({ id: 'NoData', description: 'What happens when data is missing. Default: nothing is sent.' });

const renotify = z
  .strictObject({
    every: duration
      .optional()
      .meta({ description: 'The time between two notifications, in whole minutes.', examples: ['1h'] }),
    times: number
      .optional()
      .meta({ description: 'The maximum number of repetitions. Default: no limit.', minimum: 1 }),
    while: z.array(z.enum(REPEATED)).min(1).optional().meta({
      description: 'The states in which notifications are repeated. Default: alert and no_data.',
    }),
    message: nonEmptyText
      .optional()
      .meta({ description: 'A text that is added to repeated notifications.', examples: ['Still growing.'] }),
  })
  .meta({ id: 'Renotify', description: 'Repeats notifications until the alert recovers. Default: off.' });

const object = z
  .custom<JsonObject>((value) => isObjectValue(value), 'must be an object')
  .meta({ type: 'object' });

function isObjectValue(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !JSON.isRawJSON(value);
}

/** The fields of an alert beside its title, signal and condition. */
export const FIELD_SHAPE = {
  severity: z
    .enum(SEVERITIES)
    .optional()
    .meta({ description: 'The priority of the monitor, from `critical` (P1) to `info` (P5).' }),
  no_data: noData.optional(),
  message: text.optional().meta({
    description:
      "The text of the notifications. It may contain Datadog's variables, conditional blocks and recipients.",
    examples: ['Consumers of {{queue.name}} cannot keep up.'],
  }),
  runbook: nonEmptyText.optional().meta({
    description: 'The URL of the instructions. It becomes the last line of the message: `Runbook: URL`.',
    pattern: '^https?://\\S+$',
    examples: ['https://wiki.example.com/orders/backlog'],
  }),
  notify: notifySchema
    .optional()
    .meta({ description: 'Who is notified. Default: `notify` of the document.' }),
  renotify: renotify.optional(),
  tags: tags.optional().meta({ description: 'Tags of the monitor.', examples: [['env:prod']] }),
  delay: duration.optional().meta({
    description:
      'How long the evaluation waits for late data, at most 1d. 15m suits metrics of cloud providers.',
    examples: ['15m'],
  }),
  new_groups: duration.optional().meta({
    description: 'How long a new group is not evaluated. Default: 300 s for new hosts.',
    examples: ['2m', '0s'],
  }),
  resolve_after: duration.optional().meta({
    description:
      'Resolves the alert when data has been missing for this time: 1 to 24 whole hours. Default: never.',
    examples: ['4h'],
  }),
  schedule: object.optional().meta({
    description:
      "When the monitor is evaluated, and over which calendar window: Datadog's `scheduling_options`.",
  }),
  restricted_roles: z.array(text).optional().meta({
    description: 'The ids of the roles that may edit the monitor in Datadog. Default: everybody.',
  }),
  draft_status: z
    .enum(['draft', 'published'])
    .optional()
    .meta({ description: 'A draft does not notify.', default: 'published' }),
  options: object.optional().meta({
    description: 'Options of Datadog that no field of the alert covers.',
    examples: [{ notify_by: ['*'] }],
  }),
};

/** The fields of an alert beside its title, signal and condition. */
export type AlertFields = z.output<z.ZodObject<typeof FIELD_SHAPE>>;
export type Notify = z.output<typeof notifyEntry>;
export type NoData = z.output<typeof noData>;
export type Renotify = z.output<typeof renotify>;
