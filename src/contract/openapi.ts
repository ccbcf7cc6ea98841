import { z } from 'zod';
import { PROBLEMS } from '../domain/problem.ts';
import { hasBody, ENDPOINTS, type Endpoint, QUERY_PARAMETERS } from './operations.ts';
import { answerSchema } from './answers.ts';
import { problemSchema } from './problem-answer.ts';
import { documentSchema, ENVELOPE_SCHEMAS, OBJECT_SCHEMAS, restoreSchema } from './schemas.ts';

type Node = Record<string, unknown>;
const BEARER = {
  bearer: {
    type: 'http',
    scheme: 'bearer',
    description: 'A token of the OIDC issuer, or a token of the tokens file.',
  },
};

/** Returns the OpenAPI 3.1 description, generated from the schemas of requests and answers. `bearer`: callers send a token. */
export function openApi(version: string, bearer = false): Node {
  const schemas: Node = {};
  jsonSchema(z.object({ problem: problemSchema }), schemas);
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

/** Operations whose query must name the application. */
const NAMED_BY_QUERY: readonly Endpoint['verb'][] = ['get', 'import', 'history'];

function operationNode(operation: Endpoint, schemas: Node): Node {
  return {
    operationId: operation.path.slice(1),
    summary: operation.summary,
    parameters: [
      ...operation.query.map((name) => ({
        name,
        in: 'query',
        description: QUERY_PARAMETERS[name],
        required: NAMED_BY_QUERY.includes(operation.verb) && name === 'application',
        schema: { type: 'string' },
      })),
      {
        name: 'Birddog-Deadline-Ms',
        in: 'header',
        description:
          'Time limit for the request in milliseconds. Default 25000, minimum 100, maximum 600000.',
        schema: { type: 'integer', minimum: 100, maximum: 600_000, default: 25_000 },
      },
    ],
    ...(hasBody(operation) ? { requestBody: requestBody(operation, schemas) } : {}),
    responses: responses(operation, schemas),
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
  if (verb === 'restore') return jsonSchema(restoreSchema, schemas);
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

function responses(operation: Endpoint, schemas: Node): Node {
  const schema = jsonSchema(answerSchema(operation.path), schemas);
  const content = { 'application/json': { schema }, 'application/yaml': { schema } };
  const answers: Node = {
    200: { description: operation.verb === 'create' ? 'Exists already and is equal.' : 'Success.', content },
    ...(operation.verb === 'create' ? { 201: { description: 'Created.', content } } : {}),
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
