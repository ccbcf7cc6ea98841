import { DuplicateMonitorError } from '../domain/datadog-outcome.ts';
import { isObject, type Json, parseTrustedJson, printJson } from '../domain/json.ts';
import { ProblemError } from '../domain/problem.ts';
import type { OutboundAnswer } from '../outbound/outbound.ts';

/** How much of Datadog's own words is passed on, in characters. */
const MOST_WORDS = 2000;

/** What Datadog says in a failure: `errors` is a list of texts, a list of objects or a map, or the body is no JSON at all. */
function wordsOf(answer: OutboundAnswer): string {
  const text = answer.body.toString('utf8');
  let body: Json;
  try {
    body = parseTrustedJson(text);
  } catch {
    return `status ${answer.status}, and no JSON`;
  }
  const errors = isObject(body) ? (body['errors'] ?? body['error'] ?? null) : null;
  return sayings(errors).join('; ').slice(0, MOST_WORDS) || `status ${answer.status}`;
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
  const duplicate = /Duplicate of an existing monitor_id:(\d+)/.exec(words)?.[1];
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
