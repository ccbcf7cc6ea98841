import { AnswerLostError } from '../domain/datadog-outcome.ts';
import { isObject, type Json, type JsonObject } from '../domain/json.ts';
import { idOf } from '../domain/marker.ts';
import { ProblemError } from '../domain/problem.ts';
import { flatMapConcurrently } from '../runtime/concurrency/flat-map-concurrently.ts';
import { isObjectId } from './object-path.ts';

/** Maximum number of concurrent reads of single objects. */
const MAX_CONCURRENT_READS = 8;

/** Returns the objects of a list response. Throws `datadog_failed` unless every element is an object with an id. */
export function listOf(answer: Json | undefined): JsonObject[] {
  if (!Array.isArray(answer) || !answer.every((item) => isObject(item) && hasId(item))) throw strange();
  return answer.filter(isObject);
}

/** One object, or undefined for none. */
export function objectOf(answer: Json | undefined): JsonObject | undefined {
  if (answer === undefined) return undefined;
  if (!isObject(answer) || !hasId(answer)) throw strange();
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

/** What a write gave back. A 404 there means that the object has gone meanwhile. */
export function writtenOf(answer: Json | undefined): JsonObject {
  if (answer === undefined)
    throw new ProblemError('not_found', 'The object has gone from Datadog meanwhile.');
  if (!isObject(answer) || !hasId(answer)) throw new AnswerLostError('the answer to a write has no id');
  return answer;
}

/** An id goes into paths and logs, so one of another form than Datadog's is not an id. */
function hasId(object: JsonObject): boolean {
  return isObjectId(idOf(object));
}

function strange(): ProblemError {
  return new ProblemError('datadog_failed', 'Datadog answered with something else than was asked for.', {
    retryAfter: 5,
  });
}
