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
    description: 'A token of the OIDC issuer, or a token of the tokens file.',
  },
};
const POINTER = { type: 'string', format: 'json-pointer' };

/** Returns the OpenAPI 3.1 description, generated from the schemas that validate requests. `bearer`: callers send a token. */
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
        description: 'Time limit for the request in milliseconds. Default 25000, maximum 600000.',
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

/** Converts a schema to JSON Schema and adds its named parts to the components. */
function jsonSchema(schema: z.ZodType, schemas: Node): Node {
  const { $schema: _, $defs = {}, ...node } = z.toJSONSchema(schema, { unrepresentable: 'any' });
  for (const [name, part] of Object.entries($defs)) schemas[name] = rooted(part);
  return rooted(node);
}

/** Rewrites zod's references to `$defs` of one schema into references to the components of the whole description. */
function rooted(node: object): Node {
  return JSON.parse(JSON.stringify(node).replaceAll('"#/$defs/', '"#/components/schemas/'));
}

function responses(operation: Endpoint): Node {
  const answers: Node = {
    200: success(operation),
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

function success({ verb }: Endpoint): Node {
  if (verb !== 'check')
    return { description: verb === 'create' ? 'Exists already and is equal.' : 'Success.' };
  const schema = jsonSchema(checkReportSchema.extend({ request_id: z.string() }), {});
  return {
    description: 'The result of the health check. `ok` is true if no part failed.',
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

/** Returns the JSON Schema of `Finding` in src/domain. */
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
      column: { type: 'integer', minimum: 1, description: 'In UTF-16 code units, as editors count.' },
      hint: TEXT,
      fix: {
        type: 'object',
        description: 'A change of the request body that resolves the finding.',
        required: ['title', 'edits'],
        additionalProperties: false,
        properties: { title: TEXT, edits: { type: 'array', items: { oneOf: editSchemas() } } },
      },
    },
  };
}

function editSchemas(): Node[] {
  const place = { type: 'integer', minimum: 0, description: 'In UTF-16 code units.' };
  return [
    exactly('Replaces a range of the string at the pointer. `to` is exclusive.', {
      from: place,
      to: place,
      text: TEXT,
    }),
    exactly('Sets the value at the pointer, or adds it if it does not exist.', { value: {} }),
    exactly('Removes the field or element at the pointer.', { remove: { const: true } }),
  ];
}

/** Returns the schema of an edit that has a pointer and exactly these fields. */
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
