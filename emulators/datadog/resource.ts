import { json, type EmulatorResponse } from '../server/emulator-server.ts';
import type { Collection } from './collection.ts';
import { DatadogError, type DatadogFailure } from './datadog-error.ts';
import type { RawObject } from './raw-json.ts';
import type { Call, Route } from './route.ts';

/** Makes the body of a response from a stored object. */
type Body = (object: RawObject, call: Call) => unknown;

/** What distinguishes one CRUD resource of Datadog's API from another. */
export interface ResourceOptions {
  readonly collection: Collection;
  /** The path of the collection; one object is at `path/:idParam`. */
  readonly path: string;
  readonly idParam: string;
  /** Rejects a malformed id before the lookup. Throws DatadogError. */
  readonly checkId?: (id: string) => void;
  /** Returns whether an object with the requested id is visible at the requested path; default: always. */
  readonly isAt?: (object: RawObject, call: Call) => boolean;
  readonly notFound: (id: string) => DatadogFailure;
  /** The failure of a DELETE, if Datadog's message differs from that of a read. */
  readonly notFoundOnDelete?: (id: string) => DatadogFailure;
  /** The id of an object in paths and in the collection; default: its `id`. */
  readonly keyOf?: (object: RawObject) => string;
  /** The body of a read, and of a write without its own; default: `{"data": object}`. */
  readonly body?: Body;
  /** The body of a list; without it there is no such endpoint. */
  readonly list?: (call: Call) => unknown;
  /** Makes a new object. Throws DatadogError. */
  readonly create: (call: Call) => RawObject;
  readonly createdStatus?: number;
  readonly createdBody?: Body;
  readonly updateMethod: 'PUT' | 'PATCH';
  /** Makes the object that replaces `before`. Throws DatadogError. */
  readonly update: (before: RawObject, call: Call) => RawObject;
  readonly updatedBody?: Body;
  /** The body of a DELETE; without it the response is 204. */
  readonly deletedBody?: Body;
}

interface Resource {
  readonly routes: readonly Route[];
  /** Returns the object that a request names. Throws DatadogError 404. */
  find(call: Call): RawObject;
  put(object: RawObject): void;
}

/** Serves list, create, read, update and delete of one collection. */
export function resource(options: ResourceOptions): Resource {
  const { collection, path, idParam, keyOf = idOf, body = inData } = options;
  const { createdBody = body, updatedBody = body, deletedBody, list } = options;

  function lookUp(call: Call, notFound = options.notFound): RawObject {
    const id = call.params[idParam] ?? '';
    options.checkId?.(id);
    const object = collection.get(id);
    if (!object || options.isAt?.(object, call) === false) throw new DatadogError(404, notFound(id));
    return object;
  }
  function put(object: RawObject): void {
    collection.put(keyOf(object), object);
  }
  function create(call: Call): EmulatorResponse {
    const object = options.create(call);
    put(object);
    return json(options.createdStatus ?? 200, createdBody(object, call));
  }
  function update(call: Call): EmulatorResponse {
    const after = options.update(lookUp(call), call);
    collection.put(call.params[idParam] ?? '', after);
    return json(200, updatedBody(after, call));
  }
  function remove(call: Call): EmulatorResponse {
    const object = lookUp(call, options.notFoundOnDelete);
    collection.delete(call.params[idParam] ?? '');
    return deletedBody ? json(200, deletedBody(object, call)) : { status: 204 };
  }

  const onePath = `${path}/:${idParam}`;
  return {
    routes: [
      ...(list ? [{ method: 'GET', path, run: (call: Call) => json(200, list(call)) }] : []),
      { method: 'POST', path, run: create },
      { method: 'GET', path: onePath, run: (call) => json(200, body(lookUp(call), call)) },
      { method: options.updateMethod, path: onePath, run: update },
      { method: 'DELETE', path: onePath, run: remove },
    ],
    find: (call) => lookUp(call),
    put,
  };
}

function idOf(object: RawObject): string {
  return String(object['id']);
}

function inData(object: RawObject): RawObject {
  return { data: object };
}
