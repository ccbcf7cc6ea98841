import type { Collection } from './collection.ts';
import { isRawObject, type RawObject } from './raw-json.ts';
import { DatadogError } from './datadog-error.ts';

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The object `data.attributes` of a JSON:API body; {} where there is none. */
export function attributesOf(body: RawObject): RawObject {
  const data = dataOf(body);
  return isRawObject(data['attributes']) ? data['attributes'] : {};
}

/** The object `data` of a JSON:API body; {} where there is none. */
export function dataOf(body: RawObject): RawObject {
  return isRawObject(body['data']) ? body['data'] : {};
}

/** Refuses a step of the path that is no UUID, as Datadog's v2 API does: `Invalid URL param: policy_id must be an uuid`. */
export function requireUuid(name: string, value: string): void {
  if (!UUID.test(value)) throw new DatadogError(400, `Invalid URL param: ${name} must be an uuid`);
}

/** The object with an id. Throws DatadogError 404 with those words. */
export function held(collection: Collection, id: string | undefined, words: string): RawObject {
  const object = collection.get(id);
  if (!object) throw new DatadogError(404, words);
  return object;
}
