import { z } from 'zod';
import { SEVERITIES, TRANSITIONS } from '../alerts/alert.ts';
import { lint, nonEmptyText, number, text } from '../domain/schema-parts.ts';

const WHEN = z.enum(TRANSITIONS).meta({ id: 'When', description: 'A transition of an alert.' });
const recipient = nonEmptyText.meta({ pattern: '^@[^\\s{},]+$' });

/** Recipients: each a string, or an object with the transitions that they are notified of. */
export const notifySchema = z.array(
  z.union([
    recipient,
    z
      .strictObject({
        to: z
          .union([recipient, z.array(recipient).min(1, 'must contain at least one recipient')])
          .meta({ description: 'One recipient, or several.', examples: ['@pagerduty-payments'] }),
        when: z
          .union([WHEN, z.array(WHEN).min(1)])
          .optional()
          .meta({
            description:
              'The transitions that they are notified of. Default: alert and recovery, and warning if the condition has `warn`.',
          }),
      })
      .meta({
        id: 'Notify',
        description: 'Recipients, and the transitions that they are notified of.',
      }),
  ]),
);

/** An alert: a signal, a condition and its recipients. Compiled into a monitor and read back from one. */
export const alertSchema = z
  .strictObject({
    title: nonEmptyText.meta({
      description: 'The name of the monitor that the alert compiles to, and the title of its notifications.',
      examples: ['Orders queue is backing up'],
    }),
    severity: z
      .enum(SEVERITIES)
      .optional()
      .meta({ description: 'The priority of the monitor, from `critical` (P1) to `info` (P5).' }),
    signal: z
      .strictObject({
        metric: nonEmptyText.meta({
          description: 'The name of the metric.',
          pattern: '^[A-Za-z][A-Za-z0-9_.]{0,199}$',
          examples: ['rabbitmq.queue.messages'],
        }),
        aggregate: z
          .enum(['avg', 'sum', 'min', 'max', 'count'])
          .optional()
          .meta({ description: 'How the series of one group are combined.', default: 'avg' }),
        filter: nonEmptyText.optional().meta({
          description: 'The scope of the metric, as between the braces of a query.',
          pattern: '^[^{}\\n\\r]*[^{}\\s][^{}\\n\\r]*$',
          default: '*',
          examples: ['env:prod', 'env:prod AND NOT host:test-*'],
        }),
        by: z
          .array(nonEmptyText.meta({ pattern: '^[A-Za-z@][A-Za-z0-9_.\\-/:@]{0,199}$' }))
          .min(1, 'must contain at least one tag; omit it to group by nothing')
          .optional()
          .meta({
            description: 'The tags whose values each have a state of their own. Default: one state for all.',
            examples: [['host'], ['queue', 'cluster']],
          }),
      })
      .meta({ id: 'Signal', description: 'What the alert measures.' }),
    condition: z
      .strictObject({
        over: nonEmptyText.meta({
          description: 'The evaluation window: at most 10080m, 730h, 31d, 4w or 1mo.',
          pattern: '^([1-9][0-9]{0,4}m|[1-9][0-9]{0,2}h|[1-9][0-9]?d|[1-4]w|1mo)$',
          examples: ['5m', '1h', '1d'],
        }),
        statistic: z
          .enum(['avg', 'sum', 'min', 'max'])
          .optional()
          .meta({ description: 'How the points in the window are combined.', default: 'avg' }),
        above: number.optional().meta({
          description: 'The alert triggers above this value. Either `above` or `below` is required.',
        }),
        below: number.optional().meta({
          description: 'The alert triggers below this value. Either `above` or `below` is required.',
        }),
        warn: number.optional().meta({
          description: 'The state is a warning beyond this value: below `above`, or above `below`.',
        }),
        recover: number.optional().meta({
          description:
            'The alert recovers at this value: at most `above`, or at least `below`, which are the defaults.',
        }),
      })
      .meta({
        id: 'Condition',
        description: 'When the alert triggers: either `above` or `below` a value.',
        oneOf: [{ required: ['above'] }, { required: ['below'] }],
        examples: [{ over: '10m', above: 1000, warn: 500, recover: 800 }],
      }),
    message: text.optional().meta({
      description:
        "The text of the notifications. It may contain Datadog's variables and conditional blocks.",
      examples: ['Consumers of {{queue.name}} cannot keep up.'],
    }),
    notify: notifySchema
      .optional()
      .meta({ description: 'Who is notified. Default: `notify` of the document.' }),
    lint,
  })
  .meta({
    id: 'Alert',
    description: 'An alert in terms of a signal, a condition and recipients. It compiles to one monitor.',
  });
