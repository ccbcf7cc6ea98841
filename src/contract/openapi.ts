import { z } from 'zod';
import { PROBLEMS } from '../domain/problem.ts';
import { hasBody, ENDPOINTS, type Endpoint, QUERY_PARAMETERS } from './operations.ts';
import { checkReportSchema } from './check-report.ts';
import { documentSchema, ENVELOPE_SCHEMAS, OBJECT_SCHEMAS } from './schemas.ts';

type Node = Record<string, unknown>;
const TEXT = { type: 'string' };
const BEARER = {
  bearer: {
    type: 'http',
    scheme: 'bearer',
    description: 'A token of the OIDC issuer, or one of the tokens file.',
  },
};
const POINTER = { type: 'string', format: 'json-pointer' };

/** The OpenAPI 3.1 description, made from the very schemas and table that requests are held against. `bearer`: callers show a token. */
export function openApi(version: string, bearer = false): Node {
  const schemas: Node = { Problem: problemSchema(), Finding: findingSchema() };
  const paths: Record<string, Node> = {};
  for (const operation of ENDPOINTS) {
    const method = operation.method.toLowerCase();
    paths[operation.path] = { ...paths[operation.path], [method]: operationNode(operation, schemas) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Birddog',
      version,
      description: 'Datadog monitors, alerts and dashboards for any application, from one small document.',
    },
    paths,
    components: { schemas, ...(bearer ? { securitySchemes: BEARER } : {}) },
    ...(bearer ? { security: [{ bearer: [] }] } : {}),
  };
}

function operationNode(operation: Endpoint, schemas: Node): Node {
  return {
    operationId: operation.path.slice(1),
    summary: operation.summary,
    parameters: [
      ...operation.query.map((name) => ({
        name,
        in: 'query',
        description: QUERY_PARAMETERS[name],
        required: (operation.verb === 'get' || operation.verb === 'import') && name === 'application',
        schema: { type: 'string' },
      })),
      {
        name: 'Birddog-Deadline-Ms',
        in: 'header',
        description: 'Milliseconds in which an answer is of use; 25000 unless given, at most 600000.',
        schema: { type: 'integer', minimum: 1, maximum: 600_000, default: 25_000 },
      },
    ],
    ...(hasBody(operation) ? { requestBody: requestBody(operation, schemas) } : {}),
    responses: responses(operation),
  };
}

function requestBody(operation: Endpoint, schemas: Node): Node {
  const schema = bodySchema(operation, schemas);
  return {
    required: true,
    content: Object.fromEntries(
      ['application/json', 'application/yaml', 'application/toml'].map((type) => [type, { schema }]),
    ),
  };
}

function bodySchema({ verb, kind }: Endpoint, schemas: Node): Node {
  if (verb === 'plan' || verb === 'apply' || verb === 'drift') return jsonSchema(documentSchema, schemas);
  if (kind === undefined || (verb !== 'create' && verb !== 'update')) {
    const create = { type: 'object', description: 'The body of a create.' };
    return { anyOf: [jsonSchema(documentSchema, schemas), create] };
  }
  const object = OBJECT_SCHEMAS[kind][verb];
  const envelope = ENVELOPE_SCHEMAS[verb].extend({ [kind]: object });
  return { anyOf: [jsonSchema(envelope, schemas), jsonSchema(object, schemas)] };
}

/** A schema as JSON Schema; the parts that have names of their own go among the components. */
function jsonSchema(schema: z.ZodType, schemas: Node): Node {
  const { $schema: _, $defs = {}, ...node } = z.toJSONSchema(schema, { unrepresentable: 'any' });
  for (const [name, part] of Object.entries($defs)) schemas[name] = rooted(part);
  return rooted(node);
}

/** Zod refers to the parts of a schema below that schema; here they are below the whole description. */
function rooted(node: object): Node {
  return JSON.parse(JSON.stringify(node).replaceAll('"#/$defs/', '"#/components/schemas/'));
}

function responses(operation: Endpoint): Node {
  const answers: Node = {
    200: well(operation),
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

function well({ verb }: Endpoint): Node {
  if (verb !== 'check') return { description: verb === 'create' ? 'There already, and equal.' : 'Done.' };
  const schema = jsonSchema(checkReportSchema.extend({ request_id: z.string() }), {});
  return {
    description: 'It was looked; `ok` says whether all is well.',
    content: { 'application/json': { schema } },
  };
}

function problemSchema(): Node {
  return {
    type: 'object',
    required: ['type', 'title', 'status', 'detail', 'code', 'hint', 'request_id'],
    properties: {
      type: TEXT,
      title: TEXT,
      status: { type: 'integer' },
      detail: TEXT,
      code: { enum: Object.keys(PROBLEMS) },
      hint: TEXT,
      request_id: TEXT,
      findings: { type: 'array', items: { $ref: '#/components/schemas/Finding' } },
    },
  };
}

/** What `Finding` of src/domain is. */
function findingSchema(): Node {
  return {
    type: 'object',
    required: ['code', 'severity', 'message', 'pointer'],
    additionalProperties: false,
    properties: {
      code: TEXT,
      severity: { enum: ['error', 'warning'] },
      message: TEXT,
      pointer: POINTER,
      line: { type: 'integer', minimum: 1 },
      column: { type: 'integer', minimum: 1, description: 'In UTF-16 units, as editors count.' },
      hint: TEXT,
      fix: {
        type: 'object',
        description: 'A change to what was sent, after which the finding is gone.',
        required: ['title', 'edits'],
        additionalProperties: false,
        properties: { title: TEXT, edits: { type: 'array', items: { oneOf: editSchemas() } } },
      },
    },
  };
}

function editSchemas(): Node[] {
  const place = { type: 'integer', minimum: 0, description: 'In UTF-16 units.' };
  return [
    exactly('A stretch of the text at the pointer becomes another; `to` is not included.', {
      from: place,
      to: place,
      text: TEXT,
    }),
    exactly('The value at the pointer is set, or added where there is none.', { value: {} }),
    exactly('The member or item at the pointer goes.', { remove: { const: true } }),
  ];
}

/** An edit at a pointer with these members and no others. */
function exactly(description: string, members: Node): Node {
  const properties = { pointer: POINTER, ...members };
  return {
    type: 'object',
    description,
    required: Object.keys(properties),
    additionalProperties: false,
    properties,
  };
}
