import {
  BrokenCircuitError,
  CircuitState,
  circuitBreaker,
  ConsecutiveBreaker,
  handleWhen,
  type CircuitBreakerPolicy,
} from 'cockatiel';
import type { RequestContext } from '../domain/caller.ts';
import { ProblemError } from '../domain/problem.ts';
import type { CatalogName } from '../domain/application.ts';
import { type Endpoint, isWrite } from '../contract/operations.ts';
import type { Incoming } from '../http/contract-app.ts';
import type { Reply } from '../runtime/reply.ts';
import { HEADERS } from '../domain/headers.ts';
import { createMemoryBudget } from '../runtime/memory-budget.ts';
import { createThrottle } from '../runtime/event-loop-throttle.ts';
import { createSemaphore } from '../runtime/semaphore.ts';
import { type Outbound, OutboundError } from '../runtime/outbound.ts';
import { MOST_UNDER_WAY } from './sidecar-connection.ts';

/** Failures in a row after which the sidecar is left alone, and for how long (ms). */
const BREAKER = { failures: 5, restMs: 1000 };
/** How many requests may wait for one of those that are under way to end: beyond that the sidecar is flooded. */
const MOST_WAITING = 256;
/** Requests that go to the sidecar, and answers that come from it, in one turn of the event loop: listed calls wait for no more. */
const A_TURN = 2;
/** Bytes of bodies that wait for the sidecar, so that a sidecar that hangs does not fill this process. */
const MAX_WAITING_BYTES = 64 * 1024 * 1024;
/** Bytes of one answer of the sidecar, and of its answer to a probe. Node limits the headers to 16 KiB. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;
const MAX_PROBE_BYTES = 64 * 1024;
/** Kept back (ms) of the deadline, so that the sidecar's own answer arrives before ours runs out. */
const HOP_MARGIN = 150;
/** What of the sidecar's answer goes on to the user. */
const PASSED_ON = ['content-type', 'retry-after', 'x-request-id'];

const WITHOUT_BODY = [204, 205, 304];

/** What of a request goes over the hop. */
type Forwarded = Pick<Incoming, 'pathAndQuery' | 'sent' | 'accept' | 'context'> & {
  readonly operation: Endpoint;
};

export interface SidecarClient {
  /**
   * Hands a request to the sidecar as it came, with what is left of the deadline and who asks. Gives its
   * answer, whatever its status. Throws `sidecar_unavailable`, `outcome_unknown` for a write that was sent and not answered, and
   * `busy` where more wait for it than can be served.
   */
  forward(incoming: Forwarded, missingFrom: readonly CatalogName[]): Promise<Reply>;
  /** Learns whether the sidecar answers, whatever it says. Throws where it does not, or is left alone. */
  probe(context: RequestContext): Promise<void>;
  /** Whether it did not answer when it was last probed, though it may take connections. */
  silent(): boolean;
  /** `closed` while all is well. */
  state(): BreakerState;
  /** How often the sidecar has been left alone. */
  openings(): number;
  /** Requests that wait for their turn. */
  waiting(): number;
}

/** `open`: the sidecar is left alone; `half-open`: the next request tells whether it is back. */
export type BreakerState = (typeof BREAKER_STATES)[number];
export const BREAKER_STATES = ['closed', 'half-open', 'open'] as const;

/** A client for the hop, over the mutual TLS that `outbound` brings along. */
export function createSidecarClient(url: URL, outbound: Outbound): SidecarClient {
  const breaker: CircuitBreakerPolicy = circuitBreaker(
    handleWhen((error) => error instanceof OutboundError && error.reason === 'connection'),
    { halfOpenAfter: BREAKER.restMs, breaker: new ConsecutiveBreaker(BREAKER.failures) },
  );
  const limits = { maxConcurrent: MOST_UNDER_WAY, maxWaiting: MOST_WAITING };
  const semaphore = createSemaphore(limits, 'requests wait for the sidecar');
  const throttle = createThrottle(A_TURN);
  let openings = 0;
  const budget = createMemoryBudget(MAX_WAITING_BYTES, 'bodies that wait for the sidecar');
  let silent = false;
  breaker.onBreak(() => {
    openings += 1;
  });
  return {
    openings: () => openings,
    waiting: semaphore.waiting,
    silent: () => silent,
    async probe({ deadline }) {
      const asked = {
        method: 'GET',
        url: new URL('/healthz', url),
        endpoint: '/healthz',
        deadline,
        maxBytes: MAX_PROBE_BYTES,
      } as const;
      try {
        await breaker.execute(() => outbound.send(asked));
        silent = false;
      } catch (error) {
        silent = error instanceof OutboundError && error.reason === 'timeout';
        throw error;
      }
    },
    async forward(incoming, missingFrom) {
      const { caller, deadline } = incoming.context;
      const memory = budget(caller);
      let release: (() => void) | undefined;
      try {
        memory.reserve(incoming.sent?.bytes.length ?? 0);
        release = await semaphore.acquire(caller, deadline);
        await throttle();
        const answer = await breaker.execute(() => send(url, outbound, incoming, missingFrom));
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

async function send(
  url: URL,
  outbound: Outbound,
  incoming: Forwarded,
  missingFrom: readonly CatalogName[],
): Promise<Reply> {
  const { context, sent, operation } = incoming;
  const answer = await outbound.send({
    method: operation.method,
    url: new URL(incoming.pathAndQuery, url),
    endpoint: operation.path,
    headers: {
      accept: `application/${incoming.accept}`,
      [HEADERS.deadline]: String(Math.max(1, Math.floor(context.deadline.left() - HOP_MARGIN))),
      [HEADERS.requestId]: context.requestId,
      [HEADERS.traceparent]: context.traceparent,
      ...(context.tracestate === undefined ? {} : { [HEADERS.tracestate]: context.tracestate }),
      [HEADERS.caller]: encodeURIComponent(context.caller.name),
      [HEADERS.callerAuth]: context.caller.auth ?? 'none',
      [HEADERS.missingFrom]: missingFrom.join(','),
      ...(sent ? { 'content-type': sent.contentType } : {}),
    },
    ...(sent ? { body: sent.bytes } : {}),
    deadline: context.deadline,
    maxBytes: MAX_ANSWER_BYTES,
  });
  // Whatever answers so does not speak the contract, whose every answer has a body.
  if (answer.status < 200 || answer.status > 599 || WITHOUT_BODY.includes(answer.status))
    throw new OutboundError('connection', true);
  const headers = PASSED_ON.flatMap((name) => {
    const value = answer.headers[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { status: answer.status, headers: Object.fromEntries(headers), body: answer.body };
}

function unavailableProblem(error: unknown, { operation }: Forwarded): unknown {
  const unavailable = { retryAfter: Math.ceil(BREAKER.restMs / 1000), cause: error };
  if (error instanceof BrokenCircuitError) {
    return new ProblemError(
      'sidecar_unavailable',
      'The sidecar has not answered lately and is given a moment.',
      unavailable,
    );
  }
  if (!(error instanceof OutboundError)) return error;
  if (error.reason === 'timeout') {
    return new ProblemError('deadline_exceeded', 'The deadline passed while the sidecar worked.', {
      cause: error,
    });
  }
  if (error.sent && isWrite(operation)) {
    return new ProblemError(
      'outcome_unknown',
      'The sidecar went away before it answered the write.',
      unavailable,
    );
  }
  return new ProblemError('sidecar_unavailable', 'The sidecar cannot be reached.', unavailable);
}
