import { AnswerLostError } from '../domain/datadog-outcome.ts';
import { isObject, type Json, type JsonObject } from '../domain/json.ts';
import { compareAge, idOf, isOwnedBy, markerTag } from '../domain/marker.ts';
import { ProblemError } from '../domain/problem.ts';
import type { ObjectPort } from '../pipeline/ports.ts';
import type { Request } from './request.ts';

const PATH = '/api/v1/monitor';
/** Datadog's most. Without paging it would send every monitor of the organisation. */
const PAGE_SIZE = 1000;

/** Monitors, found by their marker tags. */
export function monitorPort(request: Request, uiUrl: URL): ObjectPort {
  const at = (id: string) => ({ path: `${PATH}/${encodeURIComponent(id)}`, route: `${PATH}/{id}` });
  return {
    kind: 'monitor',
    async find(owner, context) {
      const found: JsonObject[] = [];
      for (let page = 0; ; page += 1) {
        const query = { monitor_tags: markerTag(owner), page: String(page), page_size: String(PAGE_SIZE) };
        const items = listOf(await request({ method: 'GET', path: PATH, route: PATH, query }, context));
        found.push(...items);
        if (items.length < PAGE_SIZE) break;
      }
      // A filter that Datadog did not know would hand out the monitors of others.
      return found.filter((m) => isOwnedBy('monitor', m, owner)).sort(compareAge);
    },
    get: async (id, context) => objectOf(await request({ method: 'GET', ...at(id) }, context)),
    create: async (body, context) =>
      writtenOf(await request({ method: 'POST', path: PATH, route: PATH, body }, context)),
    update: async (id, body, context) =>
      writtenOf(await request({ method: 'PUT', ...at(id), body }, context)),
    async delete(id, context) {
      await request({ method: 'DELETE', ...at(id) }, context);
    },
    url: (object) => new URL(`/monitors/${idOf(object)}`, uiUrl).href,
  };
}

/** The objects of a list answer. Throws `datadog_failed` where it is none: half an answer is not believed. */
export function listOf(answer: Json | undefined): JsonObject[] {
  if (!Array.isArray(answer) || !answer.every(isObject)) throw strange();
  return answer.filter(isObject);
}

/** One object, or undefined for none. */
export function objectOf(answer: Json | undefined): JsonObject | undefined {
  if (answer === undefined) return undefined;
  if (!isObject(answer) || idOf(answer) === '') throw strange();
  return answer;
}

/** What a write gave back. A 404 there means that the object has gone meanwhile. */
export function writtenOf(answer: Json | undefined): JsonObject {
  if (answer === undefined)
    throw new ProblemError('not_found', 'The object has gone from Datadog meanwhile.');
  if (!isObject(answer) || idOf(answer) === '') throw new AnswerLostError('the answer to a write has no id');
  return answer;
}

function strange(): ProblemError {
  return new ProblemError('datadog_failed', 'Datadog answered with something else than was asked for.', {
    retryAfter: 5,
  });
}
