import type { RequestContext } from '../domain/caller.ts';
import type { JsonObject } from '../domain/json.ts';
import type { StoredKind } from '../domain/managed-fields.ts';
import { idOf, markOf } from '../domain/marker.ts';
import { ProblemError } from '../domain/problem.ts';
import { requireSingleMarker } from './contested.ts';
import type { LiveState } from './document/document-plan.ts';
import type { ObjectPort } from './ports.ts';

/** Identifies an object by key, by Datadog's id, or by both. */
export interface Target {
  readonly application: string;
  readonly key?: string | undefined;
  readonly id?: string | undefined;
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

/** Throws `not_found` if the application does not have a target, `not_managed` if it is a clone or has two different markers. */
export function requireLive(port: ObjectPort, { own, contested }: LiveState, target: Target): void {
  const { kind } = port;
  const [object] = own[kind];
  if (!object) {
    for (const one of contested[kind]) requireSingleMarker(kind, one, port.url(one));
    throw notFound(kind, target);
  }
  const id = idOf(object);
  if (target.id !== undefined && target.id !== id) {
    throw new ProblemError(
      'not_managed',
      `The ${kind} ${target.id} is a clone of ${kind} ${id}. Birddog never changes clones.`,
      { hint: `Use the id of the original, ${id}, or the key "${target.key}".` },
    );
  }
}

/** Returns the problem that an application does not have a target. */
export function notFound(kind: StoredKind, target: Target): ProblemError {
  const by = target.id === undefined ? `the key "${target.key}"` : `the id ${target.id}`;
  return new ProblemError('not_found', `The application "${target.application}" has no ${kind} with ${by}.`);
}
