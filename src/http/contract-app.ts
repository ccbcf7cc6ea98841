import type { HttpBindings } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import { docsPage } from '../contract/docs-page.ts';
import { documentJsonSchema } from '../contract/document-json-schema.ts';
import { openApi } from '../contract/openapi.ts';
import { hasBody, OPERATIONS, type Operation, type QueryName } from '../contract/operations.ts';
import type { Caller, RequestContext } from '../domain/caller.ts';
import type { Clock } from '../domain/clock.ts';
import { type OwnDeadline, requireTime } from '../domain/deadline.ts';
import { ProblemError } from '../domain/problem.ts';
import { answerFormat, formatOf } from '../format/content-type.ts';
import { decode } from '../format/decode.ts';
import { type Decoded, DOCUMENT_LIMITS, OBJECT_LIMITS } from '../format/decoded.ts';
import type { Log } from '../process/log.ts';
import type { Metrics } from './metrics.ts';
import { addHealth, type Health } from './ops-app.ts';
import { readBody } from './read-body.ts';
import { problemReply, type Reply } from './reply.ts';
import { deadlineOf, requestIdOf, traceparentOf } from './request-context.ts';

/** A request of the contract, read and understood as far as every process does it alike. */
export interface Incoming {
  readonly operation: Operation;
  readonly query: Readonly<Partial<Record<QueryName, string>>>;
  /** The part of the address after the host, to pass on. */
  readonly pathAndQuery: string;
  /** The body as sent, and what it holds; absent where the method has none. */
  readonly sent?: { readonly bytes: Buffer; readonly contentType: string; readonly decoded: Decoded };
  readonly accept: 'json' | 'yaml';
  readonly context: RequestContext;
  readonly header: (name: string) => string | undefined;
}

export interface ContractAppOptions {
  readonly serve: (incoming: Incoming) => Promise<Reply>;
  /** Who asks. Throws `unauthenticated`. */
  readonly callerOf: (header: (name: string) => string | undefined) => Caller;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly version: string;
  /** Where given, the probes are answered beside the contract too. */
  readonly health?: Health;
}

type App = Hono<{ Bindings: HttpBindings }>;

/** The paths of the contract over HTTP: what Birddog and the sidecar both serve. */
export function contractApp(options: ContractAppOptions): App {
  const app: App = new Hono();
  for (const operation of OPERATIONS) {
    app.on(operation.method, operation.path, (c) => answer(c, operation, options));
  }
  const description = JSON.stringify(openApi(options.version));
  app.get('/openapi.json', (c) => c.body(description, 200, { 'content-type': 'application/json' }));
  const schema = documentJsonSchema();
  app.get('/schema.json', (c) => c.body(schema, 200, { 'content-type': 'application/schema+json' }));
  app.get('/docs', async (c) => c.html(await docsPage()));
  if (options.health) addHealth(app, options.health);
  app.all('*', (c) =>
    send(
      problemReply(
        noRoute(c.req.path, c.req.method),
        requestIdOf((n) => c.req.header(n)),
      ),
    ),
  );
  return app;
}

async function answer(
  c: Context<{ Bindings: HttpBindings }>,
  operation: Operation,
  options: ContractAppOptions,
): Promise<Response> {
  const { clock, log, metrics } = options;
  const header = (name: string) => c.req.header(name);
  const requestId = requestIdOf(header);
  const begun = clock.now();
  const gone = new AbortController();
  // A write that was begun is seen through: its outcome would otherwise be unknown to everybody.
  const onClose = () => operation.method === 'GET' && gone.abort();
  c.env.outgoing.once('close', onClose);
  let reply: Reply;
  let caller = '';
  let deadline: OwnDeadline | undefined;
  try {
    const who = options.callerOf(header);
    caller = who.name;
    deadline = deadlineOf(header, clock, gone.signal);
    const context = { caller: who, requestId, traceparent: traceparentOf(header), deadline };
    reply = await options.serve(await read(c, operation, context));
  } catch (error) {
    reply = problemReply(problemOf(error, log, requestId), requestId);
  }
  deadline?.close();
  c.env.outgoing.off('close', onClose);
  const ms = clock.now() - begun;
  metrics.answered(operation.path, reply.status, ms / 1000);
  log.info('answered', {
    method: operation.method,
    path: operation.path,
    status: reply.status,
    ms,
    caller,
    request_id: requestId,
  });
  return send(reply);
}

async function read(
  c: Context<{ Bindings: HttpBindings }>,
  operation: Operation,
  context: RequestContext,
): Promise<Incoming> {
  const header = (name: string) => c.req.header(name);
  const accept = answerFormat(header('accept'));
  const { pathname, search, searchParams } = new URL(c.req.url);
  const query = queryOf(searchParams, operation);
  const rest = { operation, query, accept, context, header, pathAndQuery: `${pathname}${search}` };
  if (!hasBody(operation)) return rest;
  const contentType = header('content-type');
  const format = formatOf(contentType);
  const limits = operation.kind === undefined ? DOCUMENT_LIMITS : OBJECT_LIMITS;
  const bytes = await readBody(c.env.incoming, limits.bytes, context.deadline.signal);
  requireTime(context.deadline, 'the body was read');
  const decoded = await decode(bytes, format, limits);
  return { ...rest, sent: { bytes, contentType: contentType ?? '', decoded } };
}

const FLAGS: readonly QueryName[] = ['dry_run', 'prune', 'force'];

function queryOf(given: URLSearchParams, operation: Operation): Partial<Record<QueryName, string>> {
  const query: Partial<Record<QueryName, string>> = {};
  for (const [name, value] of given) {
    const known = operation.query.find((q) => q === name);
    if (known === undefined) {
      throw new ProblemError(
        'bad_request',
        `${operation.path} knows no query parameter "${name.slice(0, 100)}"; it knows ${operation.query.join(', ')}.`,
      );
    }
    if (query[known] !== undefined) throw new ProblemError('bad_request', `The query has "${known}" twice.`);
    if (FLAGS.includes(known) && value !== 'true' && value !== 'false') {
      throw new ProblemError('bad_request', `${known} is true or false, not "${value.slice(0, 100)}".`);
    }
    query[known] = value;
  }
  return query;
}

/** Whatever was thrown, as a problem. What was not foreseen is logged whole and told as `internal`. */
function problemOf(error: unknown, log: Log, requestId: string): ProblemError {
  if (error instanceof ProblemError) {
    if (error.status >= 500)
      log.warn('failed', {
        code: error.code,
        detail: error.message,
        cause: error.cause,
        request_id: requestId,
      });
    return error;
  }
  log.error('unforeseen', { error, request_id: requestId });
  return new ProblemError('internal', 'Something happened that Birddog does not foresee.');
}

function noRoute(path: string, method: string): ProblemError {
  const methods = OPERATIONS.filter((o) => o.path === path).map((o) => o.method);
  return methods.length > 0
    ? new ProblemError('method_not_allowed', `${path} takes ${methods.join(', ')}, not ${method}.`, {
        allow: methods,
      })
    : new ProblemError('unknown_path', `Birddog serves no path ${path.slice(0, 200)}.`);
}

function send(reply: Reply): Response {
  const body = typeof reply.body === 'string' ? reply.body : new Uint8Array(reply.body);
  return new Response(body, { status: reply.status, headers: { ...reply.headers } });
}
