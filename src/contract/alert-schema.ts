import { z } from 'zod';
import { type Alert, SEVERITIES, TRANSITIONS } from '../alerts/alert.ts';
import { CONDITIONS, OTHERWISE } from '../alerts/conditions/conditions.ts';
import { SIGNALS } from '../alerts/signals/signals.ts';
import { isObject, type JsonObject } from '../domain/json.ts';
import { lint, nonEmptyText, text, variantsSchema } from '../domain/schema-parts.ts';

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

const signalSchema = variantsSchema(
  { noun: 'A signal', forms: SIGNALS },
  { id: 'Signal', description: 'What the alert measures.' },
);
const conditionSchema = variantsSchema(
  { noun: 'A condition', forms: CONDITIONS, otherwise: OTHERWISE },
  {
    id: 'Condition',
    description: 'When the alert triggers.',
    examples: [{ over: '10m', above: 1000, warn: 500, recover: 800 }],
  },
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
    signal: signalSchema,
    condition: conditionSchema.optional(),
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

/** Returns the alert of a body that matches the schema. */
export function parseAlert(body: JsonObject): Alert {
  const { lint: _, ...alert } = alertSchema.parse(body);
  const { signal, condition } = body;
  return {
    ...alert,
    signal: isObject(signal) ? signal : {},
    condition: isObject(condition) ? condition : {},
  };
}
