import { z } from 'zod';
import type { Alert } from '../alerts/alert.ts';
import { CONDITIONS, OTHERWISE } from '../alerts/conditions/conditions.ts';
import { FIELD_SHAPE } from '../alerts/fields/schemas.ts';
import { SIGNALS } from '../alerts/signals/signals.ts';
import { isObject, type JsonObject } from '../domain/json.ts';
import { lint, nonEmptyText, variantsSchema } from '../domain/schema-parts.ts';

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

const { severity, ...fields } = FIELD_SHAPE;

/** An alert: a signal, a condition and its recipients. Compiled into a monitor and read back from one. */
export const alertSchema = z
  .strictObject({
    title: nonEmptyText.optional().meta({
      description:
        'The name of the monitor that the alert compiles to, and the title of its notifications. Default: a name that Datadog makes up; the alert then needs a `key`.',
      examples: ['Orders queue is backing up'],
    }),
    severity,
    signal: signalSchema,
    condition: conditionSchema.optional(),
    ...fields,
    lint,
  })
  .meta({
    id: 'Alert',
    description: 'An alert in terms of a signal, a condition and recipients. It compiles to one monitor.',
  });

const {
  title: _title,
  signal: _signal,
  restricted_roles: _roles,
  lint: _lint,
  ...removable
} = alertSchema.shape;

/** An alert in an update. Omitted fields keep their values, and null removes a field. */
export const alertUpdateSchema = alertSchema
  .partial()
  .extend(
    Object.fromEntries(Object.entries(removable).map(([name, schema]) => [name, schema.unwrap().nullish()])),
  )
  .meta({ id: 'AlertUpdate', description: 'The fields of an alert that change. Null removes a field.' });

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
