import { ENDPOINTS, type Operation, OPERATIONS } from '../../src/contract/operations.ts';
import type { QueryName } from '../../src/contract/query-parameters.ts';
import { fuzzCase, type FuzzInput, oddValue, queryOf } from './fuzz-case.ts';
import { FRAGMENTS } from './hostile-values.ts';
import { type Random, randomOf } from './random.ts';
import type { SeedObjects } from './seed-objects.ts';
import { mangled } from './mangle-request.ts';
import { printRequest, type WireRequest } from './wire-request.ts';

/** One connection: the bytes of each write. */
export interface HttpCase {
  readonly id: number;
  readonly pieces: readonly Buffer[];
  /** True if the request is complete and well-formed, so that HTTP requires an answer. */
  readonly mustAnswer: boolean;
  /** The path of the request. */
  readonly path: string;
  /** True if the request has a body that findings can point into. */
  readonly hasBody: boolean;
}

/** Returns case `id` of a seed for a server at `host`: a pure function of all arguments. */
export function httpCase(seed: number, id: number, objects: SeedObjects, host: string): HttpCase {
  const { input } = fuzzCase(seed, id, objects);
  const random = randomOf(seed + 0x5eed, id);
  const request = random.chance(0.8) ? bodyRequest(input, host, random) : oddRequest(input, host, random);
  const { target: path, body } = request;
  const about = { id, path: path.split('?')[0] ?? '', hasBody: body !== undefined };
  if (random.chance(0.82))
    return { ...about, pieces: pieces(printRequest(request), random), mustAnswer: true };
  return { ...about, pieces: pieces(mangled(request, random), random), mustAnswer: false, hasBody: false };
}

const TYPES = { json: 'application/json', yaml: 'application/yaml', toml: 'application/toml' } as const;

function bodyRequest({ path, query, format, body }: FuzzInput, host: string, random: Random): WireRequest {
  const operation = OPERATIONS.find((one) => one.path === path);
  const headers = [...baseline(host, random), ['content-type', TYPES[format]] as const];
  return { method: operation?.method ?? 'POST', target: targetOf(path, query), headers, body };
}

/** Returns well-formed HTTP with unusual methods, paths, queries or headers. */
function oddRequest(input: FuzzInput, host: string, random: Random): WireRequest {
  const operation = random.pick(ENDPOINTS);
  const path = random.weighted<string>([
    [8, operation.path],
    [2, `/${encodeURIComponent(random.pick(FRAGMENTS).toWellFormed())}`],
    [
      1,
      random.pick([
        '/',
        '//',
        '/../lint',
        '/%',
        '/%00',
        '/lint/',
        '/LINT',
        '/docs',
        '/openapi.json',
        '/schema.json',
        '*',
      ]),
    ],
    [1, `${operation.path}${'/x'.repeat(500)}`],
    [1, `http://${host}${operation.path}`],
  ]);
  const known: Partial<Record<QueryName, string>> =
    operation.verb === 'check' || operation.verb === 'packs' || operation.verb === 'pack'
      ? {}
      : queryOf(operation, random);
  const query = random.chance(0.7) ? { ...known } : { ...known, [random.pick(ODD_NAMES)]: oddValue(random) };
  const method = random.weighted<string>([
    [6, operation.method],
    [3, random.pick(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE', 'PROPFIND'])],
  ]);
  const headers = [...baseline(host, random), ...oddHeaders(random)];
  const sendsBody = method === 'POST' || method === 'PUT' || random.chance(0.1);
  const request = { method, target: targetOf(path, query), headers };
  return sendsBody ? { ...request, body: input.body } : request;
}

const ODD_NAMES = [
  '',
  '__proto__',
  'constructor',
  'aplication',
  'APPLICATION',
  'page_size',
  'cursor',
  'a[]',
  '\u0000',
] as const;

function targetOf(path: string, query: Readonly<Record<string, string>>): string {
  const text = new URLSearchParams(query).toString();
  return text === '' ? path : `${path}?${text}`;
}

type Headers = (readonly [string, string])[];

function baseline(host: string, random: Random): Headers {
  const headers: Headers = [
    ['host', host],
    ['connection', 'close'],
  ];
  if (random.chance(0.3)) headers.push(['accept', random.pick(ACCEPTS)]);
  if (random.chance(0.1)) headers.push(['birddog-deadline-ms', random.pick(['100', '120', '2000', '25000'])]);
  return headers;
}

const ACCEPTS = [
  'application/json',
  'application/yaml',
  '*/*',
  'application/yaml;q=0.5, application/json;q=0.1',
] as const;
const VALUES: Readonly<Record<string, readonly string[]>> = {
  'content-type': [
    'application/json',
    'application/yaml',
    'application/toml',
    'text/plain',
    '',
    'a/b/c',
    ';',
    '/',
    'application/json; charset=utf-16',
    'application/json;;;=',
    'multipart/form-data; boundary=x',
  ],
  accept: [
    '',
    'text/html',
    ';q=1',
    '*/*;q=0',
    'application/json;q=1e9',
    'application/*, ,,',
    `a/b,${'c/d,'.repeat(900)}`,
  ],
  'birddog-deadline-ms': [
    '0',
    '1',
    '99',
    '-1',
    '1e3',
    '0x10',
    ' 5 ',
    'soon',
    '600001',
    '9'.repeat(400),
    '1.5',
  ],
  'x-request-id': ['', 'a b', 'x'.repeat(101), 'x'.repeat(4000), '../..', 'ok-id', '\u00e9\u00ff'],
  host: ['', 'evil.example', 'localhost:1:2', '[::1', '\u00e9', 'a'.repeat(3000)],
  origin: ['http://evil.example', 'null', ''],
  'content-encoding': ['gzip', 'deflate', 'br', 'zstd', 'gzip, gzip', 'identity', 'x', ''],
  'transfer-encoding': ['identity', 'gzip', 'chunked, chunked', 'x'],
  expect: ['100-continue', '200-ok', ''],
  authorization: ['Bearer', 'Bearer x.y.z', 'Basic Og==', `Bearer ${'a'.repeat(7000)}`],
  traceparent: ['00-00-00-00', `00-${'0'.repeat(32)}-${'0'.repeat(16)}-00`, 'x'],
  tracestate: ['a=b', ','.repeat(600)],
  connection: ['keep-alive', 'upgrade', 'close, close'],
  upgrade: ['websocket', 'h2c'],
  'birddog-caller': ['admin', 'a\u00ff'],
  range: ['bytes=0-0'],
  'if-none-match': ['*'],
};

function oddHeaders(random: Random): Headers {
  return Array.from({ length: random.between(0, 3) }, () => {
    const name = random.pick(Object.keys(VALUES));
    return [name, random.pick(VALUES[name] ?? [''])] as const;
  });
}

/** Returns the bytes in one piece, or split at random positions. */
function pieces(bytes: Buffer, random: Random): Buffer[] {
  if (random.chance(0.85)) return [bytes];
  const cuts = Array.from({ length: random.between(1, 5) }, () => random.below(bytes.length + 1)).sort(
    (a, b) => a - b,
  );
  return [0, ...cuts].map((from, at) => bytes.subarray(from, cuts[at] ?? bytes.length));
}

/** Returns the operation of a path, if any. */
export function operationOf(path: string): Operation | undefined {
  return OPERATIONS.find((one) => one.path === path);
}
