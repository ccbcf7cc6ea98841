import { DuplicateMonitorError } from '../domain/datadog-outcome.ts';
import { isObject, type Json, printJson } from '../domain/json.ts';
import { ProblemError } from '../domain/problem.ts';
import type { OutboundAnswer } from '../runtime/outbound.ts';
import { readUpstreamJson } from '../runtime/upstream-json.ts';

/** Maximum characters of a quoted Datadog message. */
const MAX_MESSAGE_CHARACTERS = 2000;

/** Limits for reading an error response. */
const ERROR_LIMITS = { values: 10_000, depth: 32 };
const MAX_EXCERPT_BYTES = 200;

/** Returns the beginning of a response that is not JSON, for use in a message. Control characters become spaces. */
export function excerptOf({ body }: OutboundAnswer): string {
  const text = body.subarray(0, MAX_EXCERPT_BYTES).toString('utf8');
  const line = text.replaceAll(/[^\x20-\x7e]+/g, ' ').trim();
  return line === '' ? '' : `: ${JSON.stringify(line)}`;
}

/** Returns the message of an error response. `errors` may be a list of strings, a list of objects or a map; the body may not be JSON. */
function messageOf(answer: OutboundAnswer): string {
  let body: Json;
  try {
    body = readUpstreamJson(answer.body, ERROR_LIMITS);
  } catch {
    return `status ${answer.status}, and the body is not JSON`;
  }
  const errors = isObject(body) ? (body['errors'] ?? body['error'] ?? null) : null;
  return messagesIn(errors).join('; ').slice(0, MAX_MESSAGE_CHARACTERS) || `status ${answer.status}`;
}

function messagesIn(errors: Json): string[] {
  if (typeof errors === 'string') return [errors];
  if (Array.isArray(errors)) return errors.flatMap(messagesIn);
  if (!isObject(errors)) return errors === null ? [] : [printJson(errors)];
  const detail = errors['detail'] ?? errors['title'];
  return typeof detail === 'string' ? [detail] : Object.values(errors).flatMap(messagesIn);
}

/** Returns the error for a 4xx response: a duplicate monitor, or a refusal with Datadog's message. */
export function refusal(answer: OutboundAnswer): Error {
  if (answer.status === 407) return proxyRefused();
  const message = messageOf(answer);
  const duplicate = /Duplicate of an existing monitor_id:(\d{1,20})(?!\d)/.exec(message)?.[1];
  if (duplicate !== undefined) return new DuplicateMonitorError(duplicate, message);
  return new ProblemError('datadog_refused', message, { members: { datadog_status: answer.status } });
}

/** Returns the problem for valid keys that lack permission for the object. */
export function forbidden(answer: OutboundAnswer): ProblemError {
  return new ProblemError('datadog_forbidden', `Datadog denies access: ${messageOf(answer)}`);
}

/** Returns the problem for invalid keys. */
export function keysRefused(): ProblemError {
  return new ProblemError('datadog_keys_refused', 'Datadog rejects the API key or the application key.', {
    retryAfter: 30,
  });
}

function proxyRefused(): ProblemError {
  const sentence = 'The proxy between Birddog and Datadog requires authentication.';
  return new ProblemError('datadog_unavailable', sentence, { retryAfter: 30 });
}
