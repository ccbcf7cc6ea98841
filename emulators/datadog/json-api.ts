import { DatadogError } from './datadog-error.ts';
import { isRawObject, type RawObject } from './raw-json.ts';

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export function isUuid(text: string): boolean {
  return UUID.test(text);
}

/** Returns the `attributes` of a JSON:API object, or {} without any. */
export function attributesOf(object: RawObject): RawObject {
  return isRawObject(object['attributes']) ? object['attributes'] : {};
}

/** Returns the object `data` of a JSON:API body, or {} without one. */
export function dataOf(body: RawObject): RawObject {
  return isRawObject(body['data']) ? body['data'] : {};
}

/** Returns the `data.attributes` of a request's body, or {} without any. */
export function sentAttributes(body: RawObject): RawObject {
  return attributesOf(dataOf(body));
}

/** Rejects a path parameter that is not a UUID, with the message of Datadog's v2 API. Throws DatadogError. */
export function requireUuid(name: string, value: string): void {
  if (!isUuid(value)) throw new DatadogError(400, `Invalid URL param: ${name} must be an uuid`);
}
