import type { Check } from '../check/check.ts';
import { docsPage } from '../contract/docs-page.ts';
import { documentJsonSchema } from '../contract/document-json-schema.ts';
import { openApi } from '../contract/openapi.ts';
import {
  CHECK,
  type Endpoint,
  ENDPOINTS,
  hasBody,
  isWrite,
  type Operation,
  type QueryName,
} from '../contract/operations.ts';
import type { Caller, RequestContext } from '../domain/caller.ts';
import type { Clock } from '../domain/clock.ts';
import type { Json } from '../domain/json.ts';
import { type Deadline, type OwnDeadline, requireTime } from '../domain/deadline.ts';
import { ProblemError } from '../domain/problem.ts';
import { answerFormat, formatOf } from '../format/content-type.ts';
import { DOCUMENT_LIMITS, OBJECT_LIMITS } from '../format/decoded.ts';
import type { Log } from '../process/log.ts';
import { createHeldBytes, type Share } from './held-bytes.ts';
import type { Metrics, WayTaken } from './metrics.ts';
import { type Health, healthRoutes } from './ops-app.ts';
import { readBody } from './read-body.ts';
import { problemReply, type Reply, replyWith, textReply } from './reply.ts';
import { deadlineOf } from './request-context.ts';
import { auditRequest, type RequestAudit } from './request-audit.ts';
import { recordRequest } from './request-record.ts';
import { type Call, type Handle, routed, type Routes } from './routes.ts';
import { isLarge, saidSize, type SentBody, sentBody } from './sent-body.ts';
import type { Turns } from './turns.ts';

/** A request of the contract, read and understood as far as every process does it alike. */
export interface Incoming {
  readonly operation: Operation;
  readonly query: Readonly<Partial<Record<QueryName, string>>>;
  /** The part of the address after the host, to pass on: the path as it was understood, the query as it came. */
  readonly pathAndQuery: string;
  /** The body as sent, and what it holds; absent where the method has none. */
  readonly sent?: SentBody;
  readonly accept: 'json' | 'yaml';
  readonly context: RequestContext;
  readonly header: (name: string) => string | undefined;
  /** Takes note of who serves the request, as soon as that is known. */
  readonly goes: (way: WayTaken) => void;
  /** Lets other bodies in: this one goes to another process, and costs no more than its bytes, which whoever sends it counts. */
  readonly letGo: () => void;
  /** Takes note of what is written here. */
  readonly audit: Pick<RequestAudit, 'isAbout' | 'wrote' | 'done'>;
}

export interface ContractAppOptions {
  readonly serve: (incoming: Incoming) => Promise<Reply>;
  readonly check: Check;
  /** Turns for requests with large bodies, from the reading of the body until it is let go or answered. */
  readonly large: Turns;
  /** Who asks. Throws `unauthenticated`, and what keeps the process from knowing. */
  readonly callerOf: (
    header: (name: string) => string | undefined,
    deadline: Deadline,
  ) => Caller | Promise<Caller>;
  /** Whether callers show a bearer token, so that /openapi.json says it. */
  readonly bearer?: boolean;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly version: string;
  /** Where given, the probes are answered beside the contract too. */
  readonly health?: Health;
}

/** Bytes of small bodies that are held at once; of large ones there are as many as have their turn. */
const MOST_HELD = 32 * 1024 * 1024;

/** The paths of the contract over HTTP: what Birddog and the sidecar both serve. */
export function contractApp(options: ContractAppOptions): Handle {
  const { bearer, health, version } = options;
  const held = createHeldBytes(MOST_HELD, 'the bodies of all requests are too large together.');
  const operations = ENDPOINTS.map((operation): [string, Handle] => [
    `${operation.method} ${operation.path}`,
    (call) => answer(call, operation, options, held()),
  ]);
  const descriptions: Routes = {
    'GET /openapi.json': madeOnce('application/json', () => JSON.stringify(openApi(version, bearer))),
    'GET /schema.json': madeOnce('application/schema+json', documentJsonSchema),
    'GET /docs': madeOnce('text/html; charset=UTF-8', () => docsPage(bearer)),
  };
  const routes = { ...Object.fromEntries(operations), ...descriptions, ...(health && healthRoutes(health)) };
  return routed(routes, ({ method, path, header }) => {
    const record = recordRequest({ method, path: path.slice(0, 200), endpoint: 'other', header }, options);
    const problem = record.failed(noRoute(path, method));
    record.answered(problem.status);
    return problemReply(problem, record.ids.requestId);
  });
}

/** A text that few ask for: made when it is first asked for, and kept. */
function madeOnce(type: string, make: () => string): Handle {
  let made: Reply | undefined;
  return () => (made ??= textReply(200, type, make()));
}

async function answer(
  call: Call,
  operation: Endpoint,
  options: ContractAppOptions,
  share: Share,
): Promise<Reply> {
  const { method, path } = operation;
  const { header, outgoing } = call;
  const record = recordRequest({ method, path, endpoint: path, header }, options);
  const audit = auditRequest(operation, record.log);
  const gone = new AbortController();
  let received = !hasBody(operation);
  // A write that was begun is seen through: its outcome would otherwise be unknown to everybody.
  const onClose = () => (!isWrite(operation) || !received) && gone.abort();
  outgoing.once('close', onClose);
  let reply: Reply;
  let deadline: OwnDeadline | undefined;
  let giveBack: (() => void) | undefined;
  try {
    deadline = deadlineOf(header, options.clock, gone.signal);
    const caller = await options.callerOf(header, deadline);
    record.asksAs(caller.name);
    audit.asksAs(caller);
    const context = { caller, ...record.ids, deadline };
    if (operation.verb === 'check') reply = await checked(call, options.check, context);
    else {
      giveBack = await turnFor(call, operation, options.large, context.deadline);
      const incoming = await read(call, operation, context, giveBack ? undefined : share.take);
      received = true;
      // A client that did not say the size had to wait, whatever it sent.
      if (!isLarge(incoming.sent?.bytes.length ?? 0)) giveBack?.();
      audit.isAbout({ query: incoming.query });
      audit.isAbout({ query: incoming.query, ...(await bodyOf(incoming.sent)) });
      const letGo = () => {
        giveBack?.();
        share.giveBack();
      };
      reply = await options.serve({ ...incoming, goes: record.goes, letGo, audit });
    }
  } catch (error) {
    const problem = record.failed(error);
    audit.refused(problem);
    reply = problemReply(problem, record.ids.requestId);
  }
  giveBack?.();
  share.giveBack();
  deadline?.close();
  outgoing.off('close', onClose);
  record.answered(reply.status);
  return reply;
}

async function checked({ url, header }: Call, check: Check, context: RequestContext): Promise<Reply> {
  const accept = answerFormat(header('accept'));
  queryOf(url.searchParams, CHECK);
  const body = { ...(await check(context)), request_id: context.requestId };
  return replyWith(200, body, accept, context.requestId);
}

async function read(
  { url, header, incoming }: Call,
  operation: Operation,
  context: RequestContext,
  hold?: Share['take'],
): Promise<Omit<Incoming, 'goes' | 'letGo' | 'audit'>> {
  const accept = answerFormat(header('accept'));
  const { search, searchParams } = url;
  const query = queryOf(searchParams, operation);
  const rest = { operation, query, accept, context, header, pathAndQuery: `${operation.path}${search}` };
  if (!hasBody(operation)) return rest;
  const contentType = header('content-type');
  const format = formatOf(contentType);
  const limits = operation.kind === undefined ? DOCUMENT_LIMITS : OBJECT_LIMITS;
  const bytes = await readBody(incoming, limits.bytes, context.deadline.signal, hold);
  requireTime(context.deadline, 'the body was read');
  return { ...rest, sent: sentBody(bytes, contentType ?? '', format, limits) };
}

/** What a body holds, for the audit; a large one is left to who serves it. */
async function bodyOf(sent: SentBody | undefined): Promise<{ body?: Json }> {
  return sent && !isLarge(sent.bytes.length) ? { body: (await sent.decoded()).value } : {};
}

/** A large body waits for its turn before it is read: so many at once are as much as the process can hold. */
async function turnFor({ incoming }: Call, operation: Operation, large: Turns, deadline: Deadline) {
  const may = hasBody(operation) && operation.kind === undefined;
  return may && isLarge(saidSize(incoming)) ? large.take(deadline) : undefined;
}

const FLAGS: readonly QueryName[] = ['dry_run', 'prune', 'force'];

function queryOf(given: URLSearchParams, operation: Endpoint): Partial<Record<QueryName, string>> {
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

function noRoute(path: string, method: string): ProblemError {
  const methods = ENDPOINTS.filter((o) => o.path === path).map((o) => o.method);
  return methods.length > 0
    ? new ProblemError('method_not_allowed', `${path} takes ${methods.join(', ')}, not ${method}.`, {
        allow: methods,
      })
    : new ProblemError('unknown_path', `Birddog serves no path ${path.slice(0, 200)}.`);
}
