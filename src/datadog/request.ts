import type { RequestContext } from '../domain/caller.ts';
import type { Clock } from '../domain/clock.ts';
import { AnswerLostError } from '../domain/datadog-outcome.ts';
import { type Json, type JsonObject, printJson } from '../domain/json.ts';
import { ProblemError } from '../domain/problem.ts';
import {
  type Outbound,
  type OutboundAnswer,
  OutboundError,
  type OutboundRequest,
} from '../runtime/outbound.ts';
import { secondsAsked } from '../runtime/retry-after.ts';
import { readUpstreamJson } from '../runtime/upstream-json.ts';
import { type Budget, rateLimited } from './budget.ts';
import { excerptOf, forbidden, keysRefused, refusal } from './failures.ts';
import type { DatadogHealth } from './health.ts';
import { keyHeaders, type KeySource } from './keys.ts';

export interface Call {
  readonly method: OutboundRequest['method'];
  /** The path with its ids: `/api/v1/monitor/12`. */
  readonly path: string;
  /** The route the rate limit belongs to: `/api/v1/monitor/{id}`. */
  readonly route: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: JsonObject;
  /** A POST that only reads, and may so be repeated like a GET. */
  readonly readsOnly?: boolean;
  /** A failure whose body is an answer to read, not a refusal. */
  readonly answeredBy?: number;
  /** Datadog looks at the API key alone, so the answer says nothing of the application key. */
  readonly apiKeyAlone?: boolean;
}

/**
 * One call of Datadog's API, repeated where that is safe. Gives the parsed body, undefined for 404.
 * Throws ProblemError, and AnswerLostError where a write may or may not have been carried out.
 */
export type Request = (call: Call, context: RequestContext) => Promise<Json | undefined>;

/**
 * What may be sent again. A POST is not idempotent and Datadog has no idempotency keys, so it is sent again
 * only where it certainly was not carried out: never connected, or refused with 429.
 */
const RETRY = {
  methods: new Set<string>(['GET', 'PUT', 'DELETE']),
  tries: 4,
  /** Attempts of a call that its rate limit refuses: nothing was carried out, and other users of the limit come between. */
  rateLimitedAttempts: 8,
  /** Milliseconds before the second try; doubled each time, with jitter. */
  firstWaitMs: 200,
  longestWaitMs: 5000,
} as const;

/** The cheapest read that needs both keys. */
export const CHEAP_READ: Call = {
  method: 'GET',
  path: '/api/v1/monitor',
  route: '/api/v1/monitor',
  query: { page: '0', page_size: '1' },
};

/** A page of 1,000 large monitors has about 10 MB. */
const MAX_ANSWER_BYTES = 32 * 1024 * 1024;

/** Retry-After (seconds) while Datadog is unavailable or rejects the keys. */
const UNAVAILABLE = { retryAfter: 5 };

export interface RequestOptions {
  readonly baseUrl: URL;
  readonly keys: KeySource;
  readonly outbound: Outbound;
  readonly budget: Budget;
  readonly health: DatadogHealth;
  readonly clock: Clock;
  readonly random: () => number;
}

/** The function through which every call of Datadog goes. */
export function createRequest(options: RequestOptions): Request {
  const { health } = options;
  return async (call, context) => {
    try {
      const used = options.keys.current();
      let answer = await withRetries(options, call, context);
      if (isForbidden(answer) && options.keys.reread(used))
        answer = await withRetries(options, call, context);
      if (isForbidden(answer)) throw await whyForbidden(options, answer, context);
      if (call.apiKeyAlone !== true) health.keysAccepted();
      return read(call, answer);
    } catch (error) {
      if (error instanceof ProblemError) health.failed(error);
      throw error;
    }
  };
}

/** 512 is what Datadog's edge answers when its own back end is too slow; other edges have 520 to 599. */
function isServerFailure({ status }: OutboundAnswer): boolean {
  return status >= 500;
}

function isForbidden({ status }: OutboundAnswer): boolean {
  return status === 401 || status === 403;
}

function isWrite({ method, readsOnly = false }: Call): boolean {
  return method !== 'GET' && !readsOnly;
}

async function withRetries(
  options: RequestOptions,
  call: Call,
  context: RequestContext,
): Promise<OutboundAnswer> {
  const repeatable = RETRY.methods.has(call.method) || !isWrite(call);
  for (let attempt = 1; ; attempt += 1) {
    const last = attempt >= RETRY.tries;
    const outcome = await once(options, call, context);
    if (outcome instanceof OutboundError) {
      const safe = repeatable || !outcome.sent;
      if (outcome.reason !== 'connection' || !safe || last) throw unanswered(call, outcome);
      options.health.retried('connection');
      await pause(options, attempt, undefined, context, () => unanswered(call, outcome));
    } else if (outcome.status === 429) {
      const wait = resetWait(options, attempt, outcome);
      if (attempt >= RETRY.rateLimitedAttempts) throw rateLimited(wait);
      options.health.retried('429');
      await waitForReset(options, wait, context);
    } else if (isServerFailure(outcome)) {
      const failed = () => failedProblem(call, outcome);
      if (!repeatable || last) throw failed();
      options.health.retried(String(outcome.status));
      await pause(options, attempt, outcome.headers['retry-after'], context, failed);
    } else return outcome;
  }
}

async function once(
  options: RequestOptions,
  call: Call,
  context: RequestContext,
): Promise<OutboundAnswer | OutboundError> {
  const settle = await options.budget.take(`${call.method} ${call.route}`, context);
  const url = new URL(call.path, options.baseUrl);
  for (const [name, value] of Object.entries(call.query ?? {})) url.searchParams.set(name, value);
  try {
    const answer = await options.outbound.send({
      method: call.method,
      url,
      endpoint: call.route,
      headers: {
        accept: 'application/json',
        ...keyHeaders(options.keys.current()),
        traceparent: context.traceparent,
        ...(call.body ? { 'content-type': 'application/json' } : {}),
      },
      ...(call.body ? { body: printJson(call.body) } : {}),
      deadline: context.deadline,
      maxBytes: MAX_ANSWER_BYTES,
    });
    settle(answer.headers);
    return answer;
  } catch (error) {
    settle();
    if (error instanceof OutboundError) return error;
    throw error;
  }
}

/** Waits before the next try, as long as Datadog asked for or longer each time; gives up where the deadline comes first. */
async function pause(
  options: RequestOptions,
  attempt: number,
  retryAfter: string | undefined,
  { deadline }: RequestContext,
  failure: () => Error,
): Promise<void> {
  const { clock } = options;
  const wait = (secondsAsked(retryAfter, clock.now()) ?? 0) * 1000 || backoffMs(options, attempt);
  if (wait >= deadline.left()) throw failure();
  await clock.sleep(wait, deadline.signal).catch(() => {
    throw failure();
  });
}

/** The wait (ms) before the attempt after this one: doubled each time, with jitter. */
function backoffMs({ random }: RequestOptions, attempt: number): number {
  return Math.min(RETRY.longestWaitMs, RETRY.firstWaitMs * 2 ** (attempt - 1)) * (0.5 + random() / 2);
}

/** The wait (ms) that a 429 asks for, in seconds or by date; never shorter than the backoff. */
function resetWait(options: RequestOptions, attempt: number, { headers }: OutboundAnswer): number {
  const now = options.clock.now();
  const seconds =
    secondsAsked(headers['x-ratelimit-reset'], now) ?? secondsAsked(headers['retry-after'], now);
  return Math.max((seconds ?? 0) * 1000, backoffMs(options, attempt));
}

/** Nothing was carried out, so any method may wait and go again. */
async function waitForReset(
  { clock }: RequestOptions,
  wait: number,
  { deadline }: RequestContext,
): Promise<void> {
  if (wait >= deadline.left()) throw rateLimited(wait);
  await clock.sleep(wait, deadline.signal).catch(() => {
    throw rateLimited(wait);
  });
}

function unanswered(call: Call, error: OutboundError): Error {
  if (isWrite(call) && error.sent) return new AnswerLostError(error);
  if (error.reason === 'timeout') {
    return new ProblemError('deadline_exceeded', 'The deadline passed before Datadog answered.', {
      cause: error,
    });
  }
  if (error.reason === 'too_large')
    return new ProblemError('datadog_failed', 'Datadog sent more than Birddog takes in.');
  return new ProblemError('datadog_unavailable', 'Datadog cannot be reached.', {
    ...UNAVAILABLE,
    cause: error,
  });
}

function failedProblem(call: Call, { status }: OutboundAnswer): Error {
  if (isWrite(call)) return new AnswerLostError(`Datadog answered ${status}`);
  return new ProblemError('datadog_failed', `Datadog answered ${status} again and again.`, UNAVAILABLE);
}

/** Whether it is the keys that are refused, or this object: a cheap read that needs both keys tells. */
async function whyForbidden(
  options: RequestOptions,
  answer: OutboundAnswer,
  context: RequestContext,
): Promise<ProblemError> {
  return isForbidden(await withRetries(options, CHEAP_READ, context)) ? keysRefused() : forbidden(answer);
}

function read(call: Call, answer: OutboundAnswer): Json | undefined {
  if (answer.status === 404) return undefined;
  const answered = answer.status === call.answeredBy;
  if (answer.status >= 400 && !answered) throw refusal(answer);
  if (answer.status === 204) return null;
  try {
    // A part of an answer (206) is not one.
    if ((answer.status >= 300 || answer.status === 206) && !answered)
      throw new SyntaxError(`has status ${answer.status}`);
    return readUpstreamJson(answer.body);
  } catch (error) {
    if (isWrite(call)) throw new AnswerLostError(error);
    const excerpt = excerptOf(answer);
    const why = error instanceof SyntaxError ? error.message : 'is not JSON';
    throw new ProblemError('datadog_failed', `Datadog sent an answer that ${why}${excerpt}.`, {
      ...UNAVAILABLE,
      cause: error,
    });
  }
}
