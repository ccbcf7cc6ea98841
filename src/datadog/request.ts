import type { RequestContext } from '../domain/caller.ts';
import type { Clock } from '../domain/clock.ts';
import { deadlineAfter } from '../domain/deadline.ts';
import { AnswerLostError } from '../domain/datadog-outcome.ts';
import { type Json, type JsonObject, printJson } from '../domain/json.ts';
import { ProblemError } from '../domain/problem.ts';
import {
  type Outbound,
  type OutboundAnswer,
  OutboundError,
  type OutboundRequest,
} from '../runtime/outbound.ts';
import type { Attempts } from '../pipeline/ports.ts';
import { secondsAsked } from '../runtime/retry-after.ts';
import { readUpstreamJson, type UpstreamLimits } from '../runtime/upstream-json.ts';
import { type Budget, rateLimited } from './budget.ts';
import { excerptOf, forbidden, keysRefused, refusal } from './failures.ts';
import type { DatadogHealth } from './health.ts';
import { keyHeaders, type KeySource } from './keys.ts';

export interface Call {
  readonly method: OutboundRequest['method'];
  /** The path with ids: `/api/v1/monitor/12`. */
  readonly path: string;
  /** The route that the rate limit belongs to: `/api/v1/monitor/{id}`. */
  readonly route: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: JsonObject;
  /** Follows the attempts of a write. */
  readonly attempts?: Attempts;
  /** Whether a POST only reads, and can therefore be retried like a GET. */
  readonly readOnly?: boolean;
  /** An error status whose body is parsed as a result. */
  readonly acceptedStatus?: number;
  /** Whether Datadog checks only the API key, so that success says nothing about the application key. */
  readonly apiKeyOnly?: boolean;
  /** The limits of the response, if they differ from those of objects. */
  readonly limits?: ResponseLimits;
}

/** Limits of a response that is not objects. */
export interface ResponseLimits extends UpstreamLimits {
  readonly bytes: number;
}

/**
 * Calls Datadog's API, with retries where they are safe. Returns the parsed body; undefined for 404.
 * Throws ProblemError, and AnswerLostError if it is unknown whether a write was applied.
 */
export type Request = (call: Call, context: RequestContext) => Promise<Json | undefined>;

/**
 * The retry policy. A POST is not idempotent and Datadog has no idempotency keys, so a POST is retried only if it was
 * certainly not applied: the connection failed, or the status was 429.
 */
const RETRY = {
  methods: new Set<string>(['GET', 'PUT', 'DELETE']),
  /** Maximum number of attempts, all statuses together. */
  attempts: 4,
  /** The maximum for an attempt that ends in 429: nothing was applied, and other clients compete for the limit. */
  rateLimitedAttempts: 8,
  /** The delay (ms) before the second attempt; doubled for each further attempt, with jitter. */
  initialBackoffMs: 200,
  maxBackoffMs: 5000,
} as const;

/** The cheapest read that requires both keys. */
export const CHEAP_READ: Call = {
  method: 'GET',
  path: '/api/v1/monitor',
  route: '/api/v1/monitor',
  query: { page: '0', page_size: '1' },
};

/**
 * How long (ms) one attempt of a write waits for its answer. The time to settle a write is longer (BIRDDOG_SETTLE_MS).
 */
const WRITE_TIMEOUT_MS = 25_000;

/** The maximum size of a response. A page of 1,000 large monitors has about 10 MB. */
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

/** Creates the function that makes every call to Datadog. Rereads rejected keys once. */
export function createRequest(options: RequestOptions): Request {
  const { health } = options;
  return async (call, context) => {
    try {
      const used = options.keys.current();
      let answer = await withRetries(options, call, context);
      if (isForbidden(answer) && options.keys.reread(used))
        answer = await withRetries(options, call, context);
      if (isForbidden(answer)) throw await diagnoseForbidden(options, answer, context);
      if (call.apiKeyOnly !== true) health.keysAccepted();
      return parseAnswer(call, answer);
    } catch (error) {
      if (error instanceof ProblemError && !isTooLarge(error)) health.failed(error, context.lane);
      throw error;
    }
  };
}

/** Returns whether a call failed because of the size of its response, which is no fault of Datadog. */
export function isTooLarge({ cause }: ProblemError): boolean {
  return cause instanceof OutboundError && cause.reason === 'too_large';
}

/**
 * A failure after which a write may or may not have been applied. Includes non-standard codes: Datadog's edge answers 512
 * when its back end is too slow, and other proxies use 520 to 599.
 */
function isServerFailure(answer: OutboundAnswer): boolean {
  return answer.status >= 400 && !isRejected(answer);
}

/** Statuses after which nothing was carried out: Datadog's own, and 407 of a proxy. Proxies also answer 408 and 499. */
const REJECTED: ReadonlySet<number> = new Set([
  400, 401, 402, 403, 404, 405, 406, 407, 409, 410, 411, 412, 413, 414, 415, 417, 421, 422, 426, 428, 429,
  431, 451,
]);

function isRejected({ status }: OutboundAnswer): boolean {
  return REJECTED.has(status);
}

function isForbidden({ status }: OutboundAnswer): boolean {
  return status === 401 || status === 403;
}

function isWrite({ method, readOnly = false }: Call): boolean {
  return method !== 'GET' && !readOnly;
}

async function withRetries(
  options: RequestOptions,
  call: Call,
  context: RequestContext,
): Promise<OutboundAnswer> {
  const repeatable = RETRY.methods.has(call.method) || !isWrite(call);
  for (let attempt = 1; ; attempt += 1) {
    const last = attempt >= RETRY.attempts;
    const outcome = await sendOnce(options, call, context);
    if (outcome instanceof OutboundError) {
      const safe = repeatable || !outcome.sent;
      if (outcome.reason !== 'connection' || !safe || last) throw noResponseError(call, outcome);
      options.health.retried('connection');
      await waitForRetry(options, attempt, undefined, context, () => noResponseError(call, outcome));
    } else if (outcome.status === 429) {
      const wait = resetWait(options, attempt, outcome);
      if (attempt >= RETRY.rateLimitedAttempts) throw rateLimited(wait);
      options.health.retried('429');
      await waitForReset(options, wait, context);
    } else if (isServerFailure(outcome)) {
      const failed = () => serverError(call, outcome);
      if (!repeatable || last) throw failed();
      options.health.retried(String(outcome.status));
      await waitForRetry(options, attempt, outcome.headers['retry-after'], context, failed);
    } else return outcome;
  }
}

async function sendOnce(
  options: RequestOptions,
  call: Call,
  context: RequestContext,
): Promise<OutboundAnswer | OutboundError> {
  const settle = await options.budget.acquire(`${call.method} ${call.route}`, context);
  const url = new URL(call.path, options.baseUrl);
  for (const [name, value] of Object.entries(call.query ?? {})) url.searchParams.set(name, value);
  const timeout = isWrite(call) ? Math.min(WRITE_TIMEOUT_MS, context.deadline.left()) : undefined;
  const deadline =
    timeout === undefined ? undefined : deadlineAfter(timeout, options.clock, context.deadline.signal);
  try {
    await call.attempts?.beforeSend();
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
      deadline: deadline ?? context.deadline,
      maxBytes: maxBytesOf(call),
    });
    settle(answer.headers);
    if (isRejected(answer)) call.attempts?.notWritten();
    return answer;
  } catch (error) {
    settle();
    if (error instanceof OutboundError) {
      if (!error.sent) call.attempts?.notWritten();
      return error;
    }
    throw error;
  } finally {
    deadline?.close();
  }
}

/** Waits before the next attempt: for the Retry-After delay or with backoff. Throws the failure if the deadline comes first. */
async function waitForRetry(
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

/** Returns the delay (ms) before the next attempt: doubled each time, with jitter. */
function backoffMs({ random }: RequestOptions, attempt: number): number {
  return Math.min(RETRY.maxBackoffMs, RETRY.initialBackoffMs * 2 ** (attempt - 1)) * (0.5 + random() / 2);
}

/** Returns the delay (ms) that a 429 requests, in seconds or as a date; at least the backoff. */
function resetWait(options: RequestOptions, attempt: number, { headers }: OutboundAnswer): number {
  const now = options.clock.now();
  const seconds =
    secondsAsked(headers['x-ratelimit-reset'], now) ?? secondsAsked(headers['retry-after'], now);
  return Math.max((seconds ?? 0) * 1000, backoffMs(options, attempt));
}

/** Waits before the next attempt after a 429, which any method may retry. Throws `rate_limited` if the deadline comes first. */
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

function maxBytesOf({ limits }: Call): number {
  return limits?.bytes ?? MAX_ANSWER_BYTES;
}

function noResponseError(call: Call, error: OutboundError): Error {
  if (isWrite(call) && error.sent) return new AnswerLostError(error);
  if (error.reason === 'timeout') {
    return new ProblemError('deadline_exceeded', 'The deadline passed before Datadog answered.', {
      cause: error,
    });
  }
  if (error.reason === 'too_large')
    return new ProblemError(
      'datadog_failed',
      `Datadog sent a response of more than ${maxBytesOf(call)} bytes.`,
      { cause: error },
    );
  return new ProblemError('datadog_unavailable', 'Datadog is unreachable.', {
    ...UNAVAILABLE,
    cause: error,
  });
}

function serverError(call: Call, { status }: OutboundAnswer): Error {
  if (isWrite(call)) return new AnswerLostError(`Datadog answered ${status}`);
  return new ProblemError('datadog_failed', `Datadog answered ${status} to every attempt.`, UNAVAILABLE);
}

/** Returns the problem for a 401 or 403: the keys are invalid, or they lack permission for this object. A cheap read decides. */
async function diagnoseForbidden(
  options: RequestOptions,
  answer: OutboundAnswer,
  context: RequestContext,
): Promise<ProblemError> {
  return isForbidden(await withRetries(options, CHEAP_READ, context)) ? keysRefused() : forbidden(answer);
}

function parseAnswer(call: Call, answer: OutboundAnswer): Json | undefined {
  if (answer.status === 404) return undefined;
  const accepted = answer.status === call.acceptedStatus;
  if (answer.status >= 400 && !accepted) throw refusal(answer);
  if (answer.status === 204) return null;
  try {
    // A partial response (206) is not a result.
    if ((answer.status >= 300 || answer.status === 206) && !accepted)
      throw new SyntaxError(`has status ${answer.status}`);
    return readUpstreamJson(answer.body, call.limits);
  } catch (error) {
    if (isWrite(call)) throw new AnswerLostError(error);
    const excerpt = excerptOf(answer);
    const reason = error instanceof SyntaxError ? error.message : 'is not JSON';
    throw new ProblemError('datadog_failed', `Datadog sent a response that ${reason}${excerpt}.`, {
      ...UNAVAILABLE,
      cause: error,
    });
  }
}
