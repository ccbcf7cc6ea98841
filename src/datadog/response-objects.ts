import { AnswerLostError } from '../domain/datadog-outcome.ts';
import { isObject, type Json, type JsonObject } from '../domain/json.ts';
import { idOf } from '../domain/marker.ts';
import { ProblemError } from '../domain/problem.ts';
import { flatMapConcurrently } from '../runtime/concurrency/flat-map-concurrently.ts';
import { isObjectId } from './object-path.ts';

/** Maximum number of concurrent reads of single objects. */
const MAX_CONCURRENT_READS = 8;

/** Returns the objects of a list response. Throws `datadog_failed` unless every element is an object with an id. */
export function parseObjects(answer: Json | undefined): JsonObject[] {
  if (!Array.isArray(answer) || !answer.every((item) => isObject(item) && hasId(item)))
    throw unexpectedResponse();
  return answer.filter(isObject);
}

/** Returns the object of a response, or undefined after a 404. Throws `datadog_failed` unless it has an id. */
export function parseObject(answer: Json | undefined): JsonObject | undefined {
  if (answer === undefined) return undefined;
  if (!isObject(answer) || !hasId(answer)) throw unexpectedResponse();
  return answer;
}

/** Reads the objects with these ids one by one, and omits those that do not exist. */
export function readEach(
  ids: readonly string[],
  get: (id: string) => Promise<JsonObject | undefined>,
): Promise<JsonObject[]> {
  return flatMapConcurrently(ids, MAX_CONCURRENT_READS, async (id) => {
    const object = await get(id);
    return object ? [object] : [];
  });
}

/** Returns the object of a write response. Throws `not_found` after a 404: the object was deleted in the meantime. */
export function parseWrittenObject(answer: Json | undefined): JsonObject {
  if (answer === undefined)
    throw new ProblemError('not_found', 'The object was deleted in Datadog in the meantime.');
  if (!isObject(answer) || !hasId(answer)) throw new AnswerLostError('the response to a write has no id');
  return answer;
}

/** Accepts only ids in Datadog's form, because ids are used in paths and logs. */
function hasId(object: JsonObject): boolean {
  return isObjectId(idOf(object));
}

function unexpectedResponse(): ProblemError {
  return new ProblemError('datadog_failed', 'Datadog sent an unexpected response.', {
    retryAfter: 5,
  });
}

/** Returns the object in a field, or an empty object. */
export function objectAt(value: Json | undefined, name: string): JsonObject {
  const inner = isObject(value) ? value[name] : undefined;
  return isObject(inner) ? inner : {};
}
