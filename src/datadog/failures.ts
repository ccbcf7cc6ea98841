import { DuplicateMonitorError } from '../domain/datadog-outcome.ts';
import { isObject, type Json, printJson } from '../domain/json.ts';
import { ProblemError } from '../domain/problem.ts';
import type { OutboundAnswer } from '../runtime/outbound.ts';
import { readUpstreamJson } from '../runtime/upstream-json.ts';

/** Maximum characters of a quoted Datadog message. */
const MAX_MESSAGE_CHARACTERS = 2000;

/** Limits for reading an error response. */
const REFUSAL_LIMITS = { values: 10_000, depth: 32 };
const MAX_EXCERPT = 200;

/** Returns the beginning of a response that is not JSON, for use in a message. Control characters become spaces. */
export function excerptOf({ body }: OutboundAnswer): string {
  const text = body.subarray(0, MAX_EXCERPT).toString('utf8');
  const line = text.replaceAll(/[^\x20-\x7e]+/g, ' ').trim();
  return line === '' ? '' : `: ${JSON.stringify(line)}`;
}

/** What Datadog says in a failure: `errors` is a list of texts, a list of objects or a map, or the body is no JSON at all. */
function wordsOf(answer: OutboundAnswer): string {
  let body: Json;
  try {
    body = readUpstreamJson(answer.body, REFUSAL_LIMITS);
  } catch {
    return `status ${answer.status}, and no JSON`;
  }
  const errors = isObject(body) ? (body['errors'] ?? body['error'] ?? null) : null;
  return sayings(errors).join('; ').slice(0, MAX_MESSAGE_CHARACTERS) || `status ${answer.status}`;
}

function sayings(errors: Json): string[] {
  if (typeof errors === 'string') return [errors];
  if (Array.isArray(errors)) return errors.flatMap(sayings);
  if (!isObject(errors)) return errors === null ? [] : [printJson(errors)];
  const detail = errors['detail'] ?? errors['title'];
  return typeof detail === 'string' ? [detail] : Object.values(errors).flatMap(sayings);
}

/** A 4xx answer: Datadog's duplicate check, or a refusal in its own words. */
export function refusal(answer: OutboundAnswer): Error {
  const words = wordsOf(answer);
  const duplicate = /Duplicate of an existing monitor_id:(\d{1,20})(?!\d)/.exec(words)?.[1];
  if (duplicate !== undefined) return new DuplicateMonitorError(duplicate, words);
  return new ProblemError('datadog_refused', words, { members: { datadog_status: answer.status } });
}

/** The keys are good, this object is not for them. */
export function forbidden(answer: OutboundAnswer): ProblemError {
  return new ProblemError('datadog_forbidden', `Datadog says: ${wordsOf(answer)}`);
}

export function keysRefused(): ProblemError {
  return new ProblemError('datadog_keys_refused', 'Datadog refuses the API key or the application key.', {
    retryAfter: 30,
  });
}
