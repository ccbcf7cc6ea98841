import { z } from 'zod';
import { PROBLEMS, type ProblemCode } from '../domain/problem.ts';
import { JSON_LINES } from '../runtime/streamed-reply.ts';
import { answerSchema, driftAnswerSchema, planAnswerSchema } from './answers.ts';
import { previewAnswerSchema } from './preview-schema.ts';
import { bodyOf } from './bodies.ts';
import { createComponents, type Components, type Node } from './openapi-components.ts';
import { ENDPOINTS, type Endpoint } from './operations.ts';
import { PROBLEM_CODES, problemFields, problemOfCode } from './problem-answer.ts';
import { queryParameter } from './query-parameters.ts';

const BEARER = {
  type: 'http',
  scheme: 'bearer',
  description: 'A token of an OIDC issuer, or a token of the tokens file.',
};

const DESCRIPTION = `Datadog monitors, alerts and dashboards for any application, from one small document.

Bodies are JSON, YAML or TOML by \`Content-Type\`; \`text/yaml\`, \`text/x-yaml\` and \`application/x-yaml\` are other names of YAML.
A body may be compressed with gzip, deflate, br or zstd (\`Content-Encoding\`).
Responses are JSON, or YAML if \`Accept\` prefers it; every failure is
\`application/problem+json\` or \`application/problem+yaml\` (RFC 9457).`;

/** The groups of operations. */
const TAGS = {
  monitors: 'Monitors as Datadog stores them.',
  alerts: 'Alerts, which Birddog stores as monitors.',
  dashboards: 'Dashboards as Datadog stores them.',
  documents: 'All objects of an application in one document.',
  history: 'The revisions of the objects of an application.',
  birddog: 'Birddog itself.',
} as const;

/** Returns the OpenAPI 3.1 description, generated from the schemas of requests and answers. `bearer`: callers send a token. */
export function openApi(version: string, bearer = false): Node {
  const components = createComponents();
  const parameters = Object.fromEntries(REQUEST_HEADERS.map((one) => [one.name, { in: 'header', ...one }]));
  const paths: Record<string, Node> = {};
  for (const operation of ENDPOINTS) {
    const node = operationNode(operation, components);
    paths[operation.path] = {
      ...paths[operation.path],
      [operation.method.toLowerCase()]: node,
      ...(operation.method === 'GET' ? { head: headNode(node) } : {}),
    };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Birddog',
      version,
      description: DESCRIPTION,
      license: { name: 'Apache License 2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    security: [bearer ? { bearer: [] } : {}],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    paths,
    components: {
      schemas: components.schemas,
      responses: problemResponses(components),
      parameters,
      headers: RESPONSE_HEADERS,
      ...(bearer ? { securitySchemes: { bearer: BEARER } } : {}),
    },
  };
}

/** Operations whose query must name the application. */
const NAMED_BY_QUERY: readonly Endpoint['verb'][] = ['delete', 'import', 'history'];

function operationNode(operation: Endpoint, components: Components): Node {
  const body = bodyOf(operation);
  return {
    operationId: operation.verb === 'pack' ? 'pack' : operation.path.slice(1),
    summary: operation.summary,
    ...explained(operation),
    tags: [tagOf(operation)],
    parameters: [
      ...(operation.verb === 'pack' ? [PACK_NAME] : []),
      ...operation.query.map((name) => ({
        name,
        in: 'query',
        description: queryParameter(name, operation).description,
        required: NAMED_BY_QUERY.includes(operation.verb) && name === 'application',
        schema: components.inline(queryParameter(name, operation).schema),
      })),
      ...REQUEST_HEADERS.map(({ name }) => ({ $ref: `#/components/parameters/${name}` })),
    ],
    ...(body ? { requestBody: requestBody(components.named(body.schema), body.example) } : {}),
    responses: responsesOf(operation, components),
  };
}

const PACK_NAME = {
  name: 'name',
  in: 'path',
  description: 'The name of a pack.',
  required: true,
  schema: { type: 'string' },
  example: 'rabbitmq',
};

function tagOf({ verb, kind }: Endpoint): keyof typeof TAGS {
  if (kind !== undefined) return `${kind}s`;
  if (verb === 'history' || verb === 'restore') return 'history';
  if (verb === 'explain') return 'alerts';
  return verb === 'check' ? 'birddog' : 'documents';
}

/** Not among the contents of the answer: clients that are generated would request it, or have to tell it from the answer. */
const STREAM = `With \`Accept: ${JSON_LINES}\`, the answer has a line \`{"done": {...}}\` for each object as soon as it is written, as in \`done\` of the answer. The last line is the answer, or the problem if the apply failed, with its \`status\`. Before the first object, a failure has its own status instead.`;

/** What the schemas of an operation cannot express. */
const DESCRIPTIONS: Readonly<Partial<Record<Endpoint['verb'], string>>> = {
  create:
    '`application` and `team` are required, in the body or in the query. A value that is in both must be the same. Without `key`, the key is derived from the name or title.',
  update:
    '`application` and one of `key` and `id` are required, in the body or in the query. A value that is in both must be the same.',
  get: 'Without `application`: the objects of every application that the caller may read, which the main container lists with its own keys; `key` and `id` need an application, and only the objects of one application have `clone`. A page may have fewer objects than `page_size`, or none, although more follow: `next_cursor` is absent only on the last page. An object that exists all the time is on exactly one page, even if others are created or deleted meanwhile. A cursor is valid only for the filters that it was made for.',
  delete: 'One of `key` and `id` is required.',
  lint: 'Answers 200 with findings, also for a body that matches no schema. `application`, `team` and `key` may be in the query instead of the body of a create; a value that is in both must be the same.',
  expand:
    'Calls no other service. A document with errors is answered with 422 `invalid`. A document without parameters, variants, `each` and packs is returned as it is. At most 100,000 values.',
  plan: 'A document with errors is answered with 422 `invalid`: `findings`, the `objects` of the valid entries, and no `basis`. With `preview`, a query without any point in the span is such an error.',
  preview:
    'The points of every query are read from Datadog, and kept for later previews. What could not be read or evaluated before the deadline is reported as such. A body with errors is answered with 422 `invalid`: `findings`, and the `alerts` of the valid entries. A query without any point in the span is an error: the metric or filter does not exist, or does not report.',
  explain:
    'The state is computed from the points that Datadog has now, and may differ from the real one: `real` has the transitions that Datadog recorded. An alert that cannot be evaluated outside Datadog is answered with `refused` and its real transitions.',
  drift:
    'A document with errors is answered with 422 `invalid`: `findings`, and the `objects` of the valid entries.',
  import: '`query` and `tag` can be combined; `id` stands alone.',
  apply: STREAM,
  restore: `Give \`kind\`, \`key\` and \`revision\`, or \`last_apply\`. ${STREAM}`,
};

function explained({ verb }: Endpoint): Node {
  const text = DESCRIPTIONS[verb];
  return text === undefined ? {} : { description: text };
}

function requestBody(schema: Node, example: unknown): Node {
  return {
    required: true,
    content: {
      'application/json': { schema, example },
      'application/yaml': { schema },
      'application/toml': { schema },
    },
  };
}

/** The headers that every operation reads. */
const REQUEST_HEADERS = [
  {
    name: 'Birddog-Deadline-Ms',
    description: 'Time limit for the request in milliseconds.',
    schema: { type: 'integer', minimum: 100, maximum: 600_000, default: 25_000 },
  },
  {
    name: 'X-Request-Id',
    description:
      'The id of the request in answers and logs: at most 100 letters, digits, `_`, `.`, `:` and `-`. Birddog replaces any other value.',
    schema: { type: 'string' },
  },
  {
    name: 'traceparent',
    description: 'W3C trace context. An invalid value starts a new trace.',
    schema: { type: 'string' },
  },
  {
    name: 'tracestate',
    description: 'W3C trace context. An invalid value is dropped.',
    schema: { type: 'string' },
  },
];

const RESPONSE_HEADERS = {
  'X-Request-Id': {
    description: 'The id of the request, also in the body as `request_id`.',
    required: true,
    schema: { type: 'string' },
  },
  'Retry-After': {
    description: 'After how many seconds the request may be repeated.',
    schema: { type: 'integer', minimum: 1 },
  },
  Allow: {
    description: 'The methods of the path, separated by commas.',
    required: true,
    schema: { type: 'string' },
  },
  'Accept-Encoding': {
    description: 'The encodings that a body may have, if its `Content-Encoding` is not among them.',
    schema: { type: 'string' },
  },
  'WWW-Authenticate': {
    description: 'How callers authenticate, and what is wrong with the token.',
    required: true,
    schema: { type: 'string' },
  },
} as const;
type ResponseHeader = keyof typeof RESPONSE_HEADERS;

/** The headers of the problems with a status, besides X-Request-Id. */
const PROBLEM_HEADERS: Readonly<Record<number, ResponseHeader>> = {
  401: 'WWW-Authenticate',
  405: 'Allow',
  415: 'Accept-Encoding',
  429: 'Retry-After',
  503: 'Retry-After',
};

function headersOf(status: number): Node {
  const more = PROBLEM_HEADERS[status];
  const names: readonly ResponseHeader[] = ['X-Request-Id', ...(more === undefined ? [] : [more])];
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}

const STATUSES = [...new Set(Object.values(PROBLEMS).map(({ status }) => status))].sort((a, b) => a - b);

/** Returns the responses with a problem by status, and adds the schema of each problem. */
function problemResponses(components: Components): Node {
  const problem = components.named(z.looseObject(problemFields).meta({ id: 'Problem' }));
  const schemaOf = (code: ProblemCode) => {
    const { additionalProperties: _, ...own } = components.inline(problemOfCode(code));
    const node = { description: PROBLEMS[code].title, allOf: [problem, own] };
    return components.add(`${pascalCase(code)}Problem`, node);
  };
  return Object.fromEntries(
    STATUSES.map((status) => {
      const codes = PROBLEM_CODES.filter((code) => PROBLEMS[code].status === status);
      const [only, ...others] = codes.map(schemaOf);
      const schema = others.length === 0 ? only : { oneOf: [only, ...others] };
      const node = {
        description: codes.map((code) => `\`${code}\`: ${PROBLEMS[code].title}.`).join(' '),
        headers: headersOf(status),
        content: { 'application/problem+json': { schema }, 'application/problem+yaml': { schema } },
      };
      return [`Problem${status}`, node];
    }),
  );
}

function pascalCase(code: string): string {
  return code.replaceAll(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

const PARTIAL = {
  application: true,
  route: true,
  missing_from: true,
  not_checked: true,
  objects: true,
} as const;

/** What the problem `invalid` of these operations also has, if the body is a document. */
const PARTIAL_ANSWERS: Readonly<Partial<Record<Endpoint['verb'], z.ZodObject>>> = {
  plan: planAnswerSchema.pick(PARTIAL).partial().loose(),
  drift: driftAnswerSchema.pick(PARTIAL).partial().loose(),
  preview: previewAnswerSchema.omit({ findings: true, request_id: true }).partial().loose(),
};

/** Returns the response of status 422. That of a document with errors has what is known about its valid entries. */
function invalidResponse({ verb }: Endpoint, components: Components): Node {
  const partial = PARTIAL_ANSWERS[verb];
  if (!partial) return { $ref: '#/components/responses/Problem422' };
  const { additionalProperties: _, ...own } = components.inline(partial);
  const description = `${PROBLEMS.invalid.title}: it has what is known about the valid entries.`;
  const schema = components.add(pascalCase(`invalid_${verb}_problem`), {
    description,
    allOf: [{ $ref: '#/components/schemas/InvalidProblem' }, own],
  });
  const content = { 'application/problem+json': { schema }, 'application/problem+yaml': { schema } };
  return { description: `\`invalid\`: ${description}`, headers: headersOf(422), content };
}

function responsesOf(operation: Endpoint, components: Components): Node {
  const schema = components.named(answerSchema(operation.path));
  const content = {
    'application/json': { schema },
    'application/yaml': { schema },
  };
  const headers = headersOf(200);
  return {
    200: {
      description: operation.verb === 'create' ? 'Exists already and is equal.' : 'Success.',
      headers,
      content,
    },
    ...(operation.verb === 'create' ? { 201: { description: 'Created.', headers, content } } : {}),
    ...Object.fromEntries(
      STATUSES.map((status) => [status, { $ref: `#/components/responses/Problem${status}` }]),
    ),
    422: invalidResponse(operation, components),
  };
}

/** Returns the HEAD operation of a GET operation: the same responses without their content. */
function headNode({ operationId, summary, tags, parameters }: Node): Node {
  const statuses = [200, ...STATUSES];
  return {
    operationId: `head_${String(operationId)}`,
    summary: `${String(summary)} Only the headers.`,
    tags,
    parameters,
    responses: Object.fromEntries(
      statuses.map((status) => [
        status,
        { description: 'As for GET, without content.', headers: headersOf(status) },
      ]),
    ),
  };
}
