import { z } from 'zod';
import { MANAGED_KINDS, type ManagedKind } from '../domain/managed-fields.ts';
import type { JsonObject } from '../domain/json.ts';
import { type Endpoint, hasBody } from './operations.ts';
import {
  documentSchema,
  explainSchema,
  ENVELOPE_SCHEMAS,
  OBJECT_SCHEMAS,
  PREVIEWED_OBJECT_SCHEMAS,
  restoreSchema,
} from './schemas.ts';

/** The body of an operation: its schema, and an example that the operation accepts. */
export interface Body {
  readonly schema: z.ZodType;
  readonly example: JsonObject;
}

const MONITOR = {
  type: 'query alert',
  name: 'Payment queue is deep',
  query: 'avg(last_5m):avg:payments.queue.depth{env:prod} > 1000',
  message: 'Look at the consumers. @slack-payments',
};
const ALERT = {
  title: 'Payment queue is deep',
  severity: 'high',
  signal: { metric: 'payments.queue.depth', filter: 'env:prod', by: ['host'] },
  condition: { over: '5m', above: 1000, warn: 800 },
  message: 'Look at the consumers.',
  notify: [{ to: ['@slack-payments'] }],
};
const DASHBOARD = {
  title: 'Payments',
  layout_type: 'ordered',
  widgets: [
    {
      definition: { type: 'timeseries', requests: [{ q: 'avg:payments.queue.depth{env:prod} by {host}' }] },
    },
  ],
};
const EXAMPLES = { monitor: MONITOR, alert: ALERT, dashboard: DASHBOARD } as const;
const TARGET = { application: 'payments-batch', team: 'payments', key: 'queue-depth' };
const DOCUMENT = {
  apiVersion: 'birddog/v1',
  application: 'payments-batch',
  team: 'payments',
  alerts: [{ key: 'queue-depth', ...ALERT }],
  monitors: [
    {
      key: 'consumers',
      type: 'query alert',
      name: 'No consumer runs',
      query: 'max(last_10m):sum:payments.consumers{env:prod} < 1',
      message: 'Start the consumers. @slack-payments',
    },
  ],
  dashboards: [{ key: 'overview', ...DASHBOARD }],
};

const capitalized = (word: string) => `${word.charAt(0).toUpperCase()}${word.slice(1)}`;

function objectBody(verb: 'create' | 'update', kind: ManagedKind): Body {
  const name = `${capitalized(verb)}${capitalized(kind)}`;
  const object = OBJECT_SCHEMAS[kind][verb];
  const envelope = ENVELOPE_SCHEMAS[verb].extend({ [kind]: object }).meta({
    id: name,
    description: `The ${kind} with its application. Each field beside the ${kind} may be in the query instead.`,
  });
  return {
    schema: z.union([envelope, object]).meta({
      id: `${name}Body`,
      description: `A ${kind} with its application, or only the ${kind}, with the other fields in the query.`,
    }),
    example: { ...TARGET, [kind]: EXAMPLES[kind] },
  };
}

const OBJECT_BODIES = {
  create: byKind('create'),
  update: byKind('update'),
};

function byKind(verb: 'create' | 'update'): Readonly<Record<ManagedKind, Body>> {
  return {
    monitor: objectBody(verb, 'monitor'),
    alert: objectBody(verb, 'alert'),
    dashboard: objectBody(verb, 'dashboard'),
  };
}

const DOCUMENT_BODY: Body = { schema: documentSchema, example: DOCUMENT };
const LINT_BODY: Body = {
  schema: z.union([documentSchema, ...MANAGED_KINDS.map((kind) => OBJECT_BODIES.create[kind].schema)]).meta({
    id: 'LintBody',
    description:
      'A document, or the body of a create. A body that matches none of these schemas is answered with findings as well.',
  }),
  example: DOCUMENT,
};
const PREVIEW_BODY: Body = {
  schema: z
    .union([documentSchema, ...PREVIEWED_OBJECT_SCHEMAS])
    .meta({ id: 'PreviewBody', description: 'A document, or one alert or monitor with its application.' }),
  example: { ...TARGET, alert: ALERT },
};
const EXPLAIN_BODY: Body = {
  schema: explainSchema,
  example: {
    application: 'payments-batch',
    key: 'queue-depth',
    at: '2026-11-23T12:00:00Z',
    group: 'host:a',
  },
};
const RESTORE_BODY: Body = {
  schema: restoreSchema,
  example: { application: 'payments-batch', kind: 'alert', key: 'queue-depth', revision: 3 },
};

/** Returns the body that an operation takes; undefined if it takes none. */
export function bodyOf(operation: Endpoint): Body | undefined {
  const { verb, kind } = operation;
  if (!hasBody(operation)) return undefined;
  if (kind !== undefined && (verb === 'create' || verb === 'update')) return OBJECT_BODIES[verb][kind];
  if (verb === 'restore') return RESTORE_BODY;
  if (verb === 'preview') return PREVIEW_BODY;
  if (verb === 'explain') return EXPLAIN_BODY;
  return verb === 'lint' ? LINT_BODY : DOCUMENT_BODY;
}
