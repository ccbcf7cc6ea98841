import { randomUUID } from 'node:crypto';
import { anyProblemSchema } from '../../contract/problem-answer.ts';
import { doneObjectIn } from '../../contract/answer-parts.ts';
import type { DoneObject } from '../../domain/plan.ts';
import { JSON_LINES, statusOfLine } from '../../runtime/streamed-reply.ts';
import { HEADERS } from '../../domain/headers.ts';
import type { Clock } from '../../domain/clock.ts';
import { deadlineAfter } from '../../domain/deadline.ts';
import { isObject, type Json, type JsonObject, parseTrustedJson } from '../../domain/json.ts';
import type { Format } from '../../format/decoded.ts';
import {
  createOutbound,
  type Outbound,
  type OutboundAnswer,
  OutboundError,
  type OutboundRequest,
} from '../../runtime/outbound.ts';
import { BirddogProblem, NoAnswer, noAnswerSentence } from './birddog-failures.ts';
import type { ClientConfig } from '../config.ts';
import { EXIT } from '../exit-status.ts';

/** One request to Birddog. */
export interface BirddogRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: `/${string}`;
  /** Query parameters. Undefined ones are left out. */
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly body?: { readonly text: string; readonly format: Format };
  /** Deadline of the request, in milliseconds. Birddog's default is 25 s. */
  readonly deadlineMs?: number;
  /** Identifies the request in logs, audit and history; a new id by default. */
  readonly requestId?: string;
  /** Called for each object that an apply has written, as soon as Birddog says so. */
  readonly onDone?: (object: DoneObject) => void;
  /** Cancels the request. */
  readonly signal?: AbortSignal;
}

/** A client of a running Birddog. */
export interface BirddogClient {
  readonly url: URL;
  /** Sends a request and returns the body of a successful answer. Throws BirddogProblem for a problem, NoAnswer without an answer. */
  send(request: BirddogRequest): Promise<JsonObject>;
  close(): void;
}

const DEFAULT_DEADLINE_MS = 25_000;
/** Time beyond the deadline for an answer that is already on its way. */
const GRACE_MS = 5000;

/** Creates a client from the settings. */
export function createBirddogClient(
  config: ClientConfig,
  clock: Clock,
  outbound: Outbound = createOutbound({
    ...(config.proxy ? { proxy: config.proxy } : {}),
    ...(config.ca === '' ? {} : { tls: { ca: config.ca } }),
  }),
): BirddogClient {
  return {
    url: config.url,
    async send(request) {
      const { requestId = randomUUID() } = request;
      const deadline = deadlineAfter(
        (request.deadlineMs ?? DEFAULT_DEADLINE_MS) + GRACE_MS,
        clock,
        request.signal,
      );
      try {
        const { onDone } = request;
        const answer = await outbound.send({
          ...requestFor(request, config, requestId),
          deadline,
          ...(onDone ? { onLine: (line: string) => onDone(doneObjectIn(line)) } : {}),
        });
        return bodyOf(answer, config);
      } catch (error) {
        if (!(error instanceof OutboundError)) throw error;
        throw new NoAnswer(noAnswerSentence(error, config.url, request.signal), error.sent, {
          cause: error,
          ...(request.signal?.aborted ? { exit: EXIT.failed } : {}),
        });
      } finally {
        deadline.close();
      }
    },
    close: () => outbound.close(),
  };
}

function requestFor(
  { method, path, query = {}, body, deadlineMs = DEFAULT_DEADLINE_MS, onDone }: BirddogRequest,
  { url: base, token }: ClientConfig,
  requestId: string,
): Omit<OutboundRequest, 'deadline'> {
  const url = new URL(`${base.pathname.replace(/\/$/, '')}${path}`, base);
  for (const [name, value] of Object.entries(query)) {
    // A value that may be repeated has one on each line; no other value has line ends.
    for (const one of value?.split('\n') ?? []) url.searchParams.append(name, one);
  }
  return {
    method,
    url,
    headers: {
      accept: onDone ? `${JSON_LINES}, application/json` : 'application/json',
      [HEADERS.deadline]: String(deadlineMs),
      [HEADERS.requestId]: requestId,
      ...(token ? { authorization: `Bearer ${token.reveal()}` } : {}),
      ...(body ? { 'content-type': `application/${body.format}` } : {}),
    },
    ...(body ? { body: body.text } : {}),
  };
}

function bodyOf(answer: OutboundAnswer, { url, token }: ClientConfig): JsonObject {
  const value = jsonIn(answer);
  if (isObject(value)) {
    if (statusOf(answer) < 300) return value;
    const problem = anyProblemSchema.safeParse(value);
    if (problem.success) {
      const seconds = Number(answer.headers['retry-after']);
      throw new BirddogProblem(problem.data, value, {
        retryAfterMs: Number.isFinite(seconds) ? seconds * 1000 : undefined,
        withToken: token !== undefined,
      });
    }
  }
  throw new NoAnswer(
    `The server at ${url.href} (status ${answer.status}) is not Birddog. Correct --url or BIRDDOG_URL.`,
    true,
  );
}

function statusOf({ status, headers, body }: OutboundAnswer): number {
  return headers['content-type'] === JSON_LINES ? statusOfLine(body) : status;
}

function jsonIn({ headers, body }: OutboundAnswer): Json | undefined {
  if (!/\b(?:nd)?json\b/.test(headers['content-type'] ?? '')) return undefined;
  try {
    return parseTrustedJson(body.toString());
  } catch {
    return undefined;
  }
}
