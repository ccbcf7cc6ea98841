import { z } from 'zod';
import { PROBLEMS } from '../domain/problem.ts';
import { OPERATIONS, type Operation, QUERY_PARAMETERS } from './operations.ts';
import { documentSchema, ENVELOPE_SCHEMAS, OBJECT_SCHEMAS } from './schemas.ts';

type Node = Record<string, unknown>;

/** The OpenAPI 3.1 description, made from the very schemas and table that requests are held against. */
export function openApi(version: string): Node {
  const paths: Record<string, Node> = {};
  for (const operation of OPERATIONS) {
    paths[operation.path] = {
      ...paths[operation.path],
      [operation.method.toLowerCase()]: operationNode(operation),
    };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Birddog',
      version,
      description: 'Datadog monitors, alerts and dashboards for any application, from one small document.',
    },
    paths,
    components: { schemas: { Problem: problemSchema() } },
  };
}

function operationNode(operation: Operation): Node {
  return {
    operationId: operation.path.slice(1),
    summary: operation.summary,
    parameters: [
      ...operation.query.map((name) => ({
        name,
        in: 'query',
        description: QUERY_PARAMETERS[name],
        required: operation.verb === 'get' && name === 'application',
        schema: { type: 'string' },
      })),
      {
        name: 'Birddog-Deadline-Ms',
        in: 'header',
        description: 'Milliseconds in which an answer is of use; 25000 unless given, at most 600000.',
        schema: { type: 'integer', minimum: 1, maximum: 600_000, default: 25_000 },
      },
    ],
    ...(operation.verb === 'get' || operation.verb === 'delete'
      ? {}
      : { requestBody: requestBody(operation) }),
    responses: responses(operation),
  };
}

function requestBody(operation: Operation): Node {
  const schema = bodySchema(operation);
  return {
    required: true,
    content: Object.fromEntries(
      ['application/json', 'application/yaml', 'application/toml'].map((type) => [type, { schema }]),
    ),
  };
}

function bodySchema({ verb, kind }: Operation): Node {
  if (kind === undefined || (verb !== 'create' && verb !== 'update')) return jsonSchema(documentSchema);
  const object = OBJECT_SCHEMAS[kind][verb];
  return { anyOf: [jsonSchema(ENVELOPE_SCHEMAS[verb].extend({ [kind]: object })), jsonSchema(object)] };
}

function jsonSchema(schema: z.ZodType): Node {
  const { $schema: _, ...node } = z.toJSONSchema(schema, { reused: 'inline', unrepresentable: 'any' });
  return node;
}

function responses(operation: Operation): Node {
  const answers: Node = {
    200: { description: operation.verb === 'create' ? 'There already, and equal.' : 'Done.' },
    ...(operation.verb === 'create' ? { 201: { description: 'Created.' } } : {}),
  };
  for (const status of new Set(Object.values(PROBLEMS).map((p) => p.status))) {
    const kinds = Object.entries(PROBLEMS).filter(([, p]) => p.status === status);
    answers[status] = {
      description: kinds.map(([code, p]) => `\`${code}\`: ${p.title}.`).join(' '),
      content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
    };
  }
  return answers;
}

function problemSchema(): Node {
  const text = { type: 'string' };
  return {
    type: 'object',
    required: ['type', 'title', 'status', 'detail', 'code', 'hint', 'request_id'],
    properties: {
      type: text,
      title: text,
      status: { type: 'integer' },
      detail: text,
      code: { enum: Object.keys(PROBLEMS) },
      hint: text,
      request_id: text,
      findings: {
        type: 'array',
        items: {
          type: 'object',
          required: ['code', 'severity', 'message', 'pointer'],
          properties: {
            code: text,
            severity: { enum: ['error', 'warning'] },
            message: text,
            pointer: text,
            line: { type: 'integer' },
            column: { type: 'integer' },
            hint: text,
          },
        },
      },
    },
  };
}
