import {
  BrokenCircuitError,
  CircuitState,
  circuitBreaker,
  ConsecutiveBreaker,
  handleWhen,
  type CircuitBreakerPolicy,
} from 'cockatiel';
import { type RequestContext, untilGone } from '../domain/caller.ts';
import type { Deadline } from '../domain/deadline.ts';
import { ProblemError, shuttingDown } from '../domain/problem.ts';
import type { CatalogName } from '../domain/application.ts';
import { type Endpoint, isWrite, STOP_APPLIES } from '../contract/operations.ts';
import type { Incoming } from '../http/contract-app.ts';
import type { Reply } from '../runtime/reply.ts';
import { CONTRACT_VERSION, HEADERS, MAY_STILL_LAND } from '../domain/headers.ts';
import { doneObjectIn } from '../contract/answer-parts.ts';
import { JSON_LINES, statusOfLine } from '../runtime/streamed-reply.ts';
import { createMemoryBudget } from '../runtime/concurrency/memory-budget.ts';
import { createThrottle } from '../runtime/concurrency/throttle.ts';
import { createSemaphore } from '../runtime/concurrency/semaphore.ts';
import { type Outbound, OutboundError } from '../runtime/outbound.ts';
import { MAX_CONCURRENT } from './sidecar-connection.ts';

/** Consecutive connection failures that open the circuit breaker, and the time (ms) it stays open. */
const BREAKER = { failures: 5, restMs: 1000 };
/** Connections for requests that write nothing: writes that wait for their outcome in Datadog must not delay them. */
const READ_SLOTS = 8;
/** Maximum number of queued reads, and of queued writes. */
const MAX_WAITING = 256;
/** Requests and responses handled per event-loop iteration, so that forwarding does not delay listed requests. */
const MAX_PER_ITERATION = 2;
/** Maximum bytes of queued bodies, so that a hanging sidecar does not fill the memory of this process. */
const MAX_WAITING_BYTES = 64 * 1024 * 1024;
/** Maximum bytes of a response, and of the response to a probe. Node limits the headers to 16 KiB. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;
const MAX_PROBE_BYTES = 64 * 1024;
/** Part of the forwarded deadline that is subtracted, and its maximum (ms), so that the sidecar's answer arrives before our deadline. */
const DEADLINE_MARGIN = { part: 0.1, maxMs: 150 };
/** Response headers that are passed on to the caller. */
const RESPONSE_HEADERS = ['content-type', 'retry-after', 'x-request-id'];

/** The header of every request: the sidecar may have another version. */
const VERSION_HEADER = { [HEADERS.contract]: CONTRACT_VERSION };

const WITHOUT_BODY = [204, 205, 304];

/** The parts of a request that are forwarded. */
type Forwarded = Pick<Incoming, 'pathAndQuery' | 'sent' | 'accept' | 'context'> & {
  readonly operation: Endpoint;
};

export interface SidecarClient {
  /**
   * Forwards an unchanged request with its caller and remaining deadline. Returns the response of any status. Throws
   * `sidecar_unavailable`, `outcome_unknown` for a write without a response, and `busy` when the queue is full.
   */
  forward(
    incoming: Forwarded,
    missingFrom: readonly CatalogName[],
    notChecked?: readonly CatalogName[],
  ): Promise<Reply>;
  /** Probes the sidecar; any response counts. Throws without a response, or while the circuit breaker is open. */
  probe(context: RequestContext): Promise<void>;
  /** Stops the applies that the sidecar runs for this process. Never throws. */
  stopApplies(deadline: Deadline): Promise<void>;
  /** Returns whether the last probe timed out. */
  silent(): boolean;
  /** Returns whether the sidecar refused the last probe because it does not know the version of the contract. */
  skewed(): boolean;
  /** Returns the state of the circuit breaker; `closed` while the sidecar is healthy. */
  state(): BreakerState;
  /** Returns how often the circuit breaker has opened. */
  openings(): number;
  /** Returns the number of queued requests. */
  waiting(): number;
}

/** `open`: no request is forwarded; `half-open`: the next request tests whether the sidecar has recovered. */
export type BreakerState = (typeof BREAKER_STATES)[number];
export const BREAKER_STATES = ['closed', 'half-open', 'open'] as const;

/** Creates a client of the sidecar that uses the mutual TLS of `outbound`. */
export function createSidecarClient(url: URL, outbound: Outbound): SidecarClient {
  const breaker: CircuitBreakerPolicy = circuitBreaker(
    handleWhen((error) => error instanceof OutboundError && error.reason === 'connection'),
    { halfOpenAfter: BREAKER.restMs, breaker: new ConsecutiveBreaker(BREAKER.failures) },
  );
  const slots = (maxConcurrent: number) =>
    createSemaphore({ maxConcurrent, maxWaiting: MAX_WAITING }, 'requests wait for the sidecar');
  const reads = slots(READ_SLOTS);
  const writes = slots(MAX_CONCURRENT - READ_SLOTS);
  const throttle = createThrottle(MAX_PER_ITERATION);
  let openings = 0;
  const budget = createMemoryBudget(MAX_WAITING_BYTES, 'bodies that wait for the sidecar');
  let silent = false;
  let skewed = false;
  breaker.onBreak(() => {
    openings += 1;
  });
  return {
    openings: () => openings,
    waiting: () => reads.waiting() + writes.waiting(),
    silent: () => silent,
    skewed: () => skewed,
    async probe({ deadline }) {
      const request = {
        method: 'GET',
        url: new URL('/healthz', url),
        endpoint: '/healthz',
        headers: VERSION_HEADER,
        deadline,
        maxBytes: MAX_PROBE_BYTES,
      } as const;
      try {
        skewed = isVersionSkew(await breaker.execute(() => outbound.send(request)));
        silent = false;
      } catch (error) {
        silent = error instanceof OutboundError && error.reason === 'timeout';
        throw error;
      }
    },
    async stopApplies(deadline) {
      const request = {
        method: 'POST',
        url: new URL(STOP_APPLIES, url),
        endpoint: STOP_APPLIES,
        headers: VERSION_HEADER,
        deadline,
      } as const;
      await outbound.send({ ...request, maxBytes: MAX_PROBE_BYTES }).catch(() => undefined);
    },
    async forward(incoming, missingFrom, notChecked = []) {
      const { caller, deadline } = untilGone(incoming.context);
      const memory = budget(caller);
      let release: (() => void) | undefined;
      try {
        memory.reserve(incoming.sent?.bytes.length ?? 0);
        const semaphore = isWrite(incoming.operation) ? writes : reads;
        release = await semaphore.acquire(caller, deadline);
        await throttle();
        requireNotStopping(incoming);
        const answer = await breaker.execute(() =>
          send(url, outbound, incoming, { missingFrom, notChecked }),
        );
        await throttle();
        return answer;
      } catch (error) {
        throw unavailableProblem(error, incoming);
      } finally {
        memory.release();
        release?.();
      }
    },
    state() {
      if (breaker.state === CircuitState.Closed) return 'closed';
      return breaker.state === CircuitState.HalfOpen ? 'half-open' : 'open';
    },
  };
}

/** Returns whether the sidecar refused a request because it does not know the version of the contract. */
export function isVersionSkew({ status, body }: Pick<Reply, 'status' | 'body'>): boolean {
  return status === 503 && String(body).includes('urn:birddog:problem:version_skew');
}

/** Throws `shutting_down` for an apply that begins after the process was told to stop: nothing would stop it. */
function requireNotStopping({ operation, context }: Forwarded): void {
  if (operation.verb !== 'apply' || !context.stopping?.aborted) return;
  throw shuttingDown('This process is stopping and begins no apply. Nothing was written.');
}

async function send(
  url: URL,
  outbound: Outbound,
  incoming: Forwarded,
  { missingFrom, notChecked }: Readonly<Record<'missingFrom' | 'notChecked', readonly CatalogName[]>>,
): Promise<Reply> {
  const { context, sent, operation } = incoming;
  const { onDone } = context;
  const answer = await outbound.send({
    method: operation.method,
    url: new URL(incoming.pathAndQuery, url),
    endpoint: operation.path,
    headers: {
      ...VERSION_HEADER,
      accept: onDone ? JSON_LINES : `application/${incoming.accept}`,
      [HEADERS.deadline]: String(forwardedMs(context.deadline.left())),
      [HEADERS.requestId]: context.requestId,
      [HEADERS.traceparent]: context.traceparent,
      ...(context.tracestate === undefined ? {} : { [HEADERS.tracestate]: context.tracestate }),
      [HEADERS.caller]: encodeURIComponent(context.caller.name),
      [HEADERS.callerAuth]: context.caller.auth ?? 'none',
      [HEADERS.missingFrom]: missingFrom.join(','),
      ...(notChecked.length === 0 ? {} : { [HEADERS.notChecked]: notChecked.join(',') }),
      ...(sent ? { 'content-type': sent.contentType } : {}),
    },
    ...(sent ? { body: sent.bytes } : {}),
    // When the client of an apply is gone, this closes the connection, so that the sidecar stops too.
    deadline: untilGone(context).deadline,
    maxBytes: MAX_ANSWER_BYTES,
    ...(onDone ? { onLine: (line: string) => onDone(doneObjectIn(line)) } : {}),
  });
  // Every response of the contract has a body and a final status.
  if (answer.status < 200 || answer.status > 599 || WITHOUT_BODY.includes(answer.status))
    throw new OutboundError('connection', true);
  if (answer.headers[MAY_STILL_LAND] !== undefined) context.onMayStillLand?.();
  const headers = RESPONSE_HEADERS.flatMap((name) => {
    const value = answer.headers[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  const reply = { status: answer.status, headers: Object.fromEntries(headers), body: answer.body };
  if (answer.headers['content-type'] !== JSON_LINES) return reply;
  const status = statusOfLine(answer.body);
  const type = status === 200 ? 'application/json' : 'application/problem+json';
  return { ...reply, status, headers: { ...reply.headers, 'content-type': type } };
}

/** Returns the deadline (ms) of a forwarded request. */
function forwardedMs(leftMs: number): number {
  const marginMs = Math.min(DEADLINE_MARGIN.maxMs, leftMs * DEADLINE_MARGIN.part);
  return Math.max(1, Math.floor(leftMs - marginMs));
}

function unavailableProblem(error: unknown, { operation, context }: Forwarded): unknown {
  const unavailable = { retryAfter: Math.ceil(BREAKER.restMs / 1000), cause: error };
  if (error instanceof BrokenCircuitError) {
    return new ProblemError(
      'sidecar_unavailable',
      'The sidecar failed repeatedly. Birddog retries it shortly.',
      unavailable,
    );
  }
  if (!(error instanceof OutboundError)) return error;
  if (error.sent) context.onMayStillLand?.();
  if (error.reason === 'timeout') {
    return new ProblemError('deadline_exceeded', 'The deadline passed before the sidecar answered.', {
      cause: error,
    });
  }
  if (error.sent && isWrite(operation)) {
    return new ProblemError(
      'outcome_unknown',
      'The connection to the sidecar broke before it answered the write.',
      unavailable,
    );
  }
  return new ProblemError('sidecar_unavailable', 'The sidecar cannot be reached.', unavailable);
}
