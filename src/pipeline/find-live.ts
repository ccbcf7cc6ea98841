import type { RequestContext } from '../domain/caller.ts';
import type { JsonObject } from '../domain/json.ts';
import type { StoredKind } from '../domain/managed-fields.ts';
import { idOf, markOf } from '../domain/marker.ts';
import { ProblemError } from '../domain/problem.ts';
import { requireSingleMarker } from './contested.ts';
import type { ObjectPort } from './ports.ts';

/** Identifies an object by key, by Datadog's id, or by both. */
export interface Target {
  readonly application: string;
  readonly key?: string | undefined;
  readonly id?: string | undefined;
}

/** The objects in Datadog with one key. The oldest belongs to the application; the others are clones. */
export interface Live {
  readonly key: string;
  readonly object: JsonObject | undefined;
  readonly clones: readonly JsonObject[];
  /** Objects that carry this key's marker and a different one, so that their owner is unclear. */
  readonly contested: readonly JsonObject[];
}

/** Finds the objects with a key. Reads the runbook links only if `wanted` has some, because lists omit them. */
export async function findByKey(
  port: ObjectPort,
  application: string,
  key: string,
  context: RequestContext,
  wanted: JsonObject = {},
): Promise<Live> {
  const contested: JsonObject[] = [];
  const [listed, ...clones] = await port.find({ application, key }, context, undefined, (one) =>
    contested.push(one),
  );
  const managesAssets = port.kind === 'monitor' && Object.hasOwn(wanted, 'assets');
  const object = listed && managesAssets ? await port.get(idOf(listed), context) : listed;
  return { key, object, clones, contested };
}

/**
 * Returns the key of the object with an id. Throws `not_found`, `not_managed` if it has no marker or two different ones, and
 * `owned_by_another` if the marker names another application.
 */
export async function keyOfId(
  port: ObjectPort,
  application: string,
  id: string,
  context: RequestContext,
): Promise<string> {
  const object = await port.get(id, context);
  if (!object) throw notFound(port.kind, { application, id });
  requireSingleMarker(port.kind, object, port.url(object));
  return requireOwn(port.kind, object, application);
}

/** Returns the key in an object's marker. Throws if the marker does not name this application. */
function requireOwn(kind: StoredKind, object: JsonObject, application: string): string {
  const mark = markOf(kind, object);
  const name = `The ${kind} ${idOf(object)}`;
  if (!mark) throw new ProblemError('not_managed', `${name} has no Birddog marker.`);
  if (mark.application !== application) {
    throw new ProblemError('owned_by_another', `${name} belongs to the application "${mark.application}".`, {
      members: { owner: mark.application },
    });
  }
  return mark.key;
}

/** Returns the key of a target. Calls Datadog only if the target has an id. */
export async function keyOf(port: ObjectPort, target: Target, context: RequestContext): Promise<string> {
  if (target.id === undefined) return target.key ?? '';
  const key = await keyOfId(port, target.application, target.id, context);
  if (target.key !== undefined && target.key !== key) {
    throw new ProblemError(
      'bad_request',
      `The ${port.kind} ${target.id} has the key "${key}", not "${target.key}".`,
    );
  }
  return key;
}

/**
 * Returns the live object of a target. Throws `not_found`, and `not_managed` if it is a clone or has two different markers.
 */
export function requireLive(port: ObjectPort, live: Live, target: Target): JsonObject {
  const { kind } = port;
  if (!live.object) {
    for (const one of live.contested) requireSingleMarker(kind, one, port.url(one));
    throw notFound(kind, { ...target, key: live.key });
  }
  const id = idOf(live.object);
  if (target.id !== undefined && target.id !== id) {
    throw new ProblemError(
      'not_managed',
      `The ${kind} ${target.id} is a clone of ${kind} ${id}. Birddog never changes clones.`,
      { hint: `Use the id of the original, ${id}, or the key "${live.key}".` },
    );
  }
  return live.object;
}

function notFound(kind: StoredKind, target: Target): ProblemError {
  const by = target.id === undefined ? `the key "${target.key}"` : `the id ${target.id}`;
  return new ProblemError('not_found', `The application "${target.application}" has no ${kind} with ${by}.`);
}
