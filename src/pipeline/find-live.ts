import type { RequestContext } from '../domain/caller.ts';
import type { JsonObject } from '../domain/json.ts';
import type { StoredKind } from '../domain/managed-kind.ts';
import { idOf, markOf } from '../domain/marker.ts';
import { ProblemError } from '../domain/problem.ts';
import { requireUncontested } from './contested.ts';
import type { ObjectPort } from './ports.ts';

/** Which object is meant: by key, by Datadog's id, or by both. */
export interface Target {
  readonly application: string;
  readonly key?: string | undefined;
  readonly id?: string | undefined;
}

/** What Datadog holds under one key: the oldest is the application's own, the others are copies. */
export interface Live {
  readonly key: string;
  readonly object: JsonObject | undefined;
  readonly clones: readonly JsonObject[];
  /** What carries this key's marker and a different one besides: it belongs to nobody. */
  readonly contested: readonly JsonObject[];
}

/** What is there under a key; with its runbook links where `wanted` has some, for no list says those. */
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
  return { key, object, clones: clones, contested };
}

/**
 * The key of the object that has this id. Throws `not_found`, `not_managed` where it has no marker or two different ones, and
 * `owned_by_another` where the marker names another application.
 */
export async function keyOfId(
  port: ObjectPort,
  application: string,
  id: string,
  context: RequestContext,
): Promise<string> {
  const object = await port.get(id, context);
  if (!object) throw notFound(port.kind, { application, id });
  requireUncontested(port.kind, object, port.url(object));
  return requireOwn(port.kind, object, application);
}

/** The key in an object's marker, where it says this application. */
function requireOwn(kind: StoredKind, object: JsonObject, application: string): string {
  const mark = markOf(kind, object);
  const name = `The ${kind} ${idOf(object)}`;
  if (!mark) throw new ProblemError('not_managed', `${name} carries no marker of Birddog.`);
  if (mark.application !== application) {
    throw new ProblemError('owned_by_another', `${name} belongs to the application "${mark.application}".`, {
      members: { owner: mark.application },
    });
  }
  return mark.key;
}

/** The key a target means, asked of Datadog only where the id alone is given. */
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
 * The live object of a target. Throws `not_found`, and `not_managed` where it is a copy or has two different markers.
 */
export function requireLive(port: ObjectPort, live: Live, target: Target): JsonObject {
  const { kind } = port;
  if (!live.object) {
    for (const one of live.contested) requireUncontested(kind, one, port.url(one));
    throw notFound(kind, { ...target, key: live.key });
  }
  const id = idOf(live.object);
  if (target.id !== undefined && target.id !== id) {
    throw new ProblemError(
      'not_managed',
      `The ${kind} ${target.id} is a copy of ${kind} ${id}, which is the application's own; Birddog never touches a copy.`,
    );
  }
  return live.object;
}

function notFound(kind: StoredKind, target: Target): ProblemError {
  const by = target.id === undefined ? `the key "${target.key}"` : `the id ${target.id}`;
  return new ProblemError('not_found', `The application "${target.application}" has no ${kind} with ${by}.`);
}
