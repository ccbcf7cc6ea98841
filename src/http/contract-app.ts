import type { Check } from '../health/check.ts';
import { DOCS_STYLE_HASH, docsPage } from '../contract/docs-page.ts';
import { contentSecurityPolicy, problemReply, type Reply, replyWith, textReply } from '../runtime/reply.ts';
import { documentJsonSchema } from '../contract/document-json-schema.ts';
import { openApi } from '../contract/openapi.ts';
import {
  type CHECK,
  type Endpoint,
  ENDPOINTS,
  hasBody,
  isWrite,
  type PACK,
  type PACKS,
  stopsWithClient,
  type Operation,
} from '../contract/operations.ts';
import type { QueryName } from '../contract/query-parameters.ts';
import type { Caller, RequestContext } from '../domain/caller.ts';
import type { Clock } from '../domain/clock.ts';
import { MAY_STILL_LAND } from '../domain/headers.ts';
import type { JsonObject } from '../domain/json.ts';
import type { DoneObject } from '../domain/plan.ts';
import { type Deadline, type OwnDeadline, requireTime } from '../domain/deadline.ts';
import { ProblemError, shuttingDown } from '../domain/problem.ts';
import { NO_PACKS, type PackLibrary } from '../expand/packs.ts';
import { answerFormat, formatOf } from '../format/content-type.ts';
import { DOCUMENT_LIMITS, OBJECT_LIMITS } from '../format/decoded.ts';
import type { KnownRecipients } from '../lint/recipients/known-recipients.ts';
import { describePack, listPacks } from '../packs/describe-pack.ts';
import type { Log } from '../runtime/log.ts';
import type { Inspection, SentBody } from './inspection/inspection.ts';
import type { Inspector } from './inspection/inspector.ts';
import {
  createMemoryBudget,
  type MemoryBudget,
  type Reservation,
} from '../runtime/concurrency/memory-budget.ts';
import type { Metrics, RouteTaken } from '../runtime/metrics.ts';
import { type Health, healthRoutes } from '../runtime/service.ts';
import { readQuery } from './query.ts';
import { contentEncodingOf, createDecompress, type Decompress } from '../runtime/content-encoding.ts';
import { JSON_LINES, type StreamedReply, streamReply } from '../runtime/streamed-reply.ts';
import { readBody } from '../runtime/read-body.ts';
import { deadlineOf } from '../runtime/request-context.ts';
import { auditRequest, type RequestAudit } from './request-audit.ts';
import { recordRequest } from './request-record.ts';
import { type Call, type Handle, routed, type Routes } from '../runtime/routes.ts';

/** A parsed request, in the form that both processes handle. */
export interface Incoming {
  readonly operation: Operation;
  readonly query: Readonly<Partial<Record<QueryName, string>>>;
  /** The target to forward: the decoded path, and the query unchanged. */
  readonly pathAndQuery: string;
  /** The body as received, and its inspection. Both are absent if the method has no body. */
  readonly sent?: SentBody;
  readonly inspection?: Inspection;
  readonly accept: 'json' | 'yaml';
  readonly context: RequestContext;
  readonly header: (name: string) => string | undefined;
  /** Records the route of the request. */
  readonly routedTo: (route: RouteTaken) => void;
  /** Releases the memory budget of the body once the request is forwarded: the forwarder counts the bytes then. */
  readonly releaseMemory: () => void;
  /** Records the writes of this process for the audit. */
  readonly audit: Pick<RequestAudit, 'isAbout' | 'wrote' | 'done'>;
}

export interface ContractAppOptions {
  readonly serve: (incoming: Incoming) => Promise<Reply>;
  readonly check: Check;
  /**
   * Rejects callers that certainly lack a permission, before their body is read. Throws `forbidden`. The exact check follows
   * when the body is decoded.
   */
  readonly precheck?: (caller: Caller, operation: Operation, query: Incoming['query']) => void;
  /** Returns the caller of a request. Throws `unauthenticated`, or the problem that prevents authentication. */
  readonly callerOf: (
    header: (name: string) => string | undefined,
    deadline: Deadline,
  ) => Caller | Promise<Caller>;
  /** Minimum deadline (ms) that a request may give; default 100. */
  readonly minDeadlineMs?: number;
  /** Whether responses tell Birddog that a write may still take effect. */
  readonly reportsMayStillLand?: boolean;
  /** Whether callers send a bearer token; described in /openapi.json. */
  readonly bearer?: boolean;
  readonly inspector: Pick<Inspector, 'open'>;
  /** Returns every recipient; omitted if there is no list of all of them. `/lint` needs no network, so it uses no other list. */
  readonly recipients?: () => KnownRecipients;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly version: string;
  /** If given, the API port also serves the health probes. */
  readonly health?: Health;
  /** The packs that documents can use; default none. */
  readonly packs?: PackLibrary;
  /** Further routes, for the other container only. */
  readonly internal?: Routes;
  /** Returns the signal that stops an apply which begins now. */
  readonly stopping?: () => AbortSignal;
  /** When it aborts, requests in progress are answered as at their deadline. */
  readonly ending?: AbortSignal;
}

/** Maximum bytes of request bodies in memory. One caller may use half of it. */
const MAX_BODY_BYTES = 64 * 1024 * 1024;

/** Maximum bytes of decoded documents in memory. The largest document fits into the half of one caller. */
const MAX_DECODED_BYTES = 256 * 1024 * 1024;

/** Maximum bytes of responses that clients have not read. A caller with half of it gets `busy` until it reads them. */
const MAX_UNREAD_BYTES = 128 * 1024 * 1024;

/** What all requests share: memory shared, and the slots for compressed bodies. */
interface Shared {
  readonly bodies: MemoryBudget;
  readonly decoded: MemoryBudget;
  readonly responses: MemoryBudget;
  readonly decompress: Decompress;
}

/** Returns the handler of the API paths that Birddog and the sidecar both serve. */
export function contractApp(options: ContractAppOptions): Handle {
  const { bearer, health, version, internal } = options;
  const shared = {
    bodies: createMemoryBudget(MAX_BODY_BYTES, 'request bodies'),
    decoded: createMemoryBudget(MAX_DECODED_BYTES, 'large documents'),
    responses: createMemoryBudget(MAX_UNREAD_BYTES, 'responses that clients have not read'),
    decompress: createDecompress(),
  };
  const operations = ENDPOINTS.flatMap((operation) =>
    pathsOf(operation, options).map((path): [string, Handle] => [
      `${operation.method} ${path}`,
      (call) => answer(call, operation, options, shared),
    ]),
  );
  const descriptions: Routes = {
    // Relative, because a proxy may serve Birddog below a path.
    'GET /': () => textReply(302, 'text/plain', 'See /docs.\n', { location: 'docs' }),
    'GET /openapi.json': madeOnce('application/json', () => `${JSON.stringify(openApi(version, bearer))}\n`),
    'GET /schema.json': madeOnce('application/schema+json', () => documentJsonSchema()),
    'GET /docs': madeOnce('text/html; charset=UTF-8', () => docsPage(bearer), DOCS_HEADERS),
  };
  const routes = {
    ...Object.fromEntries(operations),
    ...descriptions,
    ...(health && healthRoutes(health)),
    ...internal,
  };
  return routed(routes, ({ method, path, header }, allow) => {
    const record = recordRequest({ method, path: path.slice(0, 200), endpoint: 'other', header }, options);
    const problem = record.failed(noRoute(path, method, allow));
    record.answered(problem.status);
    return problemReply(problem, record.ids.requestId, header('accept'));
  });
}

/** Returns the paths of an endpoint: for that of one pack, a path for each pack. */
function pathsOf({ verb, path }: Endpoint, { packs = NO_PACKS }: ContractAppOptions): readonly string[] {
  return verb === 'pack' ? packs.names().map((name) => path.replace('{name}', name)) : [path];
}

/** Computes a text on first use and caches it. */
function madeOnce(type: string, make: () => string, headers: Reply['headers'] = {}): Handle {
  let made: Reply | undefined;
  return () => (made ??= textReply(200, type, make(), headers));
}

const DOCS_HEADERS = { 'content-security-policy': contentSecurityPolicy(DOCS_STYLE_HASH) };

async function answer(
  call: Call,
  operation: Endpoint,
  options: ContractAppOptions,
  shared: Shared,
): Promise<Reply> {
  const { method, path } = operation;
  const { header, outgoing } = call;
  const { stopping, ending } = options;
  const record = recordRequest({ method, path, endpoint: path, header }, options);
  const audit = auditRequest(operation, record.log);
  const client = watchClient(call, operation, ending);
  const writes = watchWrites(options);
  let reply: Reply;
  let stream: StreamedReply | undefined;
  let deadline: OwnDeadline | undefined;
  let memory: Reservation | undefined;
  let decoded: Reservation | undefined;
  let inspection: Inspection | undefined;
  let unread: Reservation | undefined;
  try {
    deadline = deadlineOf(header, options.clock, client.ended, options.minDeadlineMs);
    const caller = await options.callerOf(header, deadline);
    record.calledBy(caller.name);
    audit.calledBy(caller);
    const streams = stopsWithClient(operation) && header('accept')?.includes(JSON_LINES) === true;
    if (streams) stream = streamReply(outgoing, { ...NOT_CACHED, 'x-request-id': record.ids.requestId });
    const context = {
      caller,
      ...record.ids,
      deadline,
      onMayStillLand: writes.onMayStillLand,
      ...(stopping ? { stopping: stopping() } : {}),
      ...(stopsWithClient(operation) ? { gone: client.gone } : {}),
      ...(stream ? { onDone: (done: DoneObject) => stream?.line({ done }) } : {}),
    };
    unread = shared.responses(caller);
    unread.reserve(0);
    if (isOfBirddog(operation)) reply = await ofBirddog(call, operation, options, context);
    else {
      const asked = parsedHead(call, operation, context, options);
      audit.isAbout({ query: asked.query });
      if (hasBody(operation)) options.precheck?.(caller, operation, asked.query);
      const reserved = shared.bodies(caller);
      const document = shared.decoded(caller);
      decoded = document;
      memory = reserved;
      const sent = hasBody(operation)
        ? await read(call, operation, context, reserved, shared.decompress)
        : undefined;
      client.hasSent();
      const onAbout = (body: JsonObject) => audit.isAbout(askedFor(asked, body));
      if (sent) inspection = options.inspector.open({ ...asked, onAbout, reserve: document.reserve }, sent);
      const body = sent && inspection ? { sent, inspection } : {};
      const incoming = {
        ...asked,
        ...body,
        routedTo: record.routedTo,
        releaseMemory: reserved.release,
        audit,
      };
      reply = await options.serve(incoming);
    }
  } catch (error) {
    const problem = record.failed(ending?.aborted ? cutShort(error) : error);
    audit.refused(problem);
    // The last line of a streamed response is JSON, also for a client that accepts YAML too.
    reply = problemReply(problem, record.ids.requestId, stream ? undefined : header('accept'));
  }
  inspection?.close();
  memory?.release();
  decoded?.release();
  deadline?.close();
  client.close();
  if (!outgoing.closed) unread?.count(Buffer.byteLength(reply.body));
  outgoing.once('close', () => unread?.release());
  record.answered(reply.status);
  const reported = writes.reported({ ...reply, headers: { ...NOT_CACHED, ...reply.headers } });
  return stream?.end(reported) ?? reported;
}

/** Answers depend on the caller, on Accept and on the state of Datadog. */
const NOT_CACHED = { 'cache-control': 'no-store', vary: 'accept' } as const;

/**
 * Watches the connection of a client. `ended` aborts when it closes, or at `ending`. A started write is completed nevertheless:
 * otherwise its outcome would be unknown. For a write whose body was received, `gone` aborts instead.
 */
function watchClient({ outgoing }: Call, operation: Endpoint, ending: AbortSignal | undefined) {
  const [ended, gone] = [new AbortController(), new AbortController()];
  let received = !hasBody(operation);
  const onClose = () => (isWrite(operation) && received ? gone : ended).abort();
  const onEnding = () => ended.abort();
  outgoing.once('close', onClose);
  ending?.addEventListener('abort', onEnding);
  return {
    ended: ended.signal,
    gone: gone.signal,
    /** Called when the body has been received. */
    hasSent() {
      received = true;
    },
    close() {
      outgoing.off('close', onClose);
      ending?.removeEventListener('abort', onEnding);
    },
  };
}

/** Returns what the audit needs of a request. A restore without the fingerprint of a plan answers with the plan. */
function askedFor({ operation, query }: Pick<Incoming, 'operation' | 'query'>, body: JsonObject) {
  return { query, body, isPlan: operation.verb === 'restore' && body['basis'] === undefined };
}

/** Tells Birddog in a header of the response whether a write may still take effect. */
function watchWrites({ reportsMayStillLand = false }: ContractAppOptions) {
  let headers: Reply['headers'] = {};
  return {
    onMayStillLand: () => {
      if (reportsMayStillLand) headers = { [MAY_STILL_LAND]: 'true' };
    },
    reported: (reply: Reply): Reply => ({ ...reply, headers: { ...reply.headers, ...headers } }),
  };
}

/** Returns the problem of a request that had time left when the process ended. */
function cutShort(error: unknown): unknown {
  const isCut = error instanceof ProblemError && error.code === 'deadline_exceeded';
  return isCut ? shuttingDown('The request took too long for the shutdown of this process.') : error;
}

/** Throws for a request that depends on an entity tag: answers have none, so none can match (RFC 9110, 13.1.1). */
function requireMatch(ifMatch: string | undefined): void {
  if (ifMatch === undefined || ifMatch.trim() === '*') return;
  throw new ProblemError(
    'precondition_failed',
    `No entity tag matches If-Match: ${JSON.stringify(ifMatch.slice(0, 100))}.`,
  );
}

/** The endpoints that report about Birddog itself. */
type OfBirddog = typeof CHECK | typeof PACKS | typeof PACK;

function isOfBirddog(operation: Endpoint): operation is OfBirddog {
  return operation.verb === 'check' || operation.verb === 'packs' || operation.verb === 'pack';
}

async function ofBirddog(
  { url, path, header }: Call,
  operation: OfBirddog,
  { check, packs = NO_PACKS }: ContractAppOptions,
  context: RequestContext,
): Promise<Reply> {
  const accept = answerFormat(header('accept'));
  readQuery(url.searchParams, operation);
  requireMatch(header('if-match'));
  const pack = packs.versionsOf(path.slice('/packs/'.length)).at(-1);
  const reported = pack ? describePack(pack) : listPacks(packs);
  const body = operation.verb === 'check' ? await check(context) : reported;
  return replyWith(200, { ...body, request_id: context.requestId }, accept, context.requestId);
}

/** Parses the head of a request: operation, query, format of the response. A lint needs the recipients that exist. */
function parsedHead(
  { url, header }: Call,
  operation: Operation,
  context: RequestContext,
  options: Pick<ContractAppOptions, 'recipients'>,
) {
  const accept = context.onDone ? 'json' : answerFormat(header('accept'));
  const { search, searchParams } = url;
  const query = readQuery(searchParams, operation);
  requireMatch(header('if-match'));
  const recipients = operation.verb === 'lint' ? options.recipients?.() : undefined;
  const pathAndQuery = `${operation.path}${search}`;
  return { operation, query, accept, context, header, pathAndQuery, recipients };
}

async function read(
  { header, incoming }: Call,
  operation: Operation,
  context: RequestContext,
  { reserve }: Reservation,
  decompress: Decompress,
): Promise<SentBody> {
  const contentType = header('content-type');
  const format = formatOf(contentType);
  const encoding = contentEncodingOf(header('content-encoding'));
  const limits = operation.kind === undefined ? DOCUMENT_LIMITS : OBJECT_LIMITS;
  const received = await readBody(incoming, limits.bytes, context.deadline.signal, reserve);
  requireTime(context.deadline, 'the body was read');
  const bytes = encoding ? await decompress(received, encoding, limits.bytes, context, reserve) : received;
  return { bytes, contentType: contentType ?? '', format, limits };
}

function noRoute(path: string, method: string, allow: readonly string[]): ProblemError {
  return allow.length > 0
    ? new ProblemError('method_not_allowed', `${path} allows ${allow.join(', ')}, not ${method}.`, { allow })
    : new ProblemError('unknown_path', `${path.slice(0, 200)} is not a path of Birddog.`);
}
