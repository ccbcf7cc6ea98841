import type { PlannedObject } from '../contract/answer-parts.ts';
import { changesOf, needsReplace } from '../diff/changes.ts';
import type { RequestContext } from '../domain/caller.ts';
import type { Finding } from '../domain/finding.ts';
import type { JsonObject } from '../domain/json.ts';
import { mergedForUpdate } from '../diff/document-update.ts';
import { idOf, stamped, unmarked } from '../domain/marker.ts';
import { pointerTo } from '../domain/pointer.ts';
import { ProblemError } from '../domain/problem.ts';
import type { Compiled } from './compile.ts';
import { conflictOf, markerConflict } from './contested.ts';
import { findByKey, requireLive } from './find-live.ts';
import type { ObjectPort, Ports } from './ports.ts';
import { refuseErrors } from './refuse.ts';

/** A planned write: `planned` is shown to the user, the other fields are the input of the apply. */
export interface Planned {
  readonly compiled: Compiled;
  readonly key: string;
  readonly planned: PlannedObject;
  /** The current object in Datadog. */
  readonly live: JsonObject | undefined;
  /** The body of the write. */
  readonly body: JsonObject;
  /** Ids of other objects with the same marker: clones, and objects with a second marker. */
  readonly clones: readonly string[];
  /** What is to be said about other objects in Datadog. */
  readonly findings: readonly Finding[];
}

/** Returns the port for a kind of object. */
export function portFor(ports: Ports, compiled: Compiled): ObjectPort {
  return ports[compiled.stored];
}

/**
 * Compares the request with Datadog without writing. Throws `key_conflict` for a create
 * whose key belongs to a different object, and `not_found` for an update of a missing object.
 */
export async function plan(
  compiled: Compiled,
  key: string,
  ports: Ports,
  context: RequestContext,
): Promise<Planned> {
  const { verb, kind, stored, application, object, pointer } = compiled;
  const port = portFor(ports, compiled);
  const live = await findByKey(port, application, key, context, object);
  const clones = [...live.clones, ...live.contested].map(idOf);
  const findings = live.contested.flatMap((one) => {
    const sentence = conflictOf(stored, one, port.url(one));
    return sentence === undefined ? [] : [markerConflict(sentence, pointer)];
  });
  if (verb === 'create') {
    const body = bodyOf(compiled, object, key, live.object);
    const planned: PlannedObject = live.object
      ? requireEqual(compiled, key, live.object, body)
      : { kind, key, action: 'create', changes: [] };
    return { compiled, key, live: live.object, body, planned, clones, findings };
  }
  const before = requireLive(port, live, { application, key, id: compiled.id });
  const body = bodyOf(compiled, mergedForUpdate(stored, unmarked(stored, before), object), key, before);
  if (needsReplace(stored, before, body)) throw replaceNeeded(compiled);
  return {
    compiled,
    key,
    live: before,
    body,
    planned: compared(compiled, key, before, body),
    clones,
    findings,
  };
}

/** Returns the body of the write with the marker. Throws `invalid` if the body already contains another marker. */
function bodyOf(
  { stored, stamp, pointer }: Compiled,
  object: JsonObject,
  key: string,
  live: JsonObject | undefined,
): JsonObject {
  const body = stamped(stored, object, { ...stamp, key }, live);
  if (body.ok) return body.object;
  const findings = body.findings.map((f) => ({ ...f, pointer: `${pointer}${f.pointer}` }));
  refuseErrors(findings, undefined);
  throw new ProblemError('internal', 'Adding the marker failed without a finding.');
}

function compared(
  { kind, stored }: Compiled,
  key: string,
  live: JsonObject,
  body: JsonObject,
): PlannedObject {
  const changes = changesOf(stored, live, body);
  return { kind, key, id: idOf(live), action: changes.length > 0 ? 'update' : 'none', changes };
}

/** Returns the plan `none` for a create whose key has an equal object. Throws `key_conflict` if the object differs. */
export function requireEqual(
  compiled: Compiled,
  key: string,
  live: JsonObject,
  body: JsonObject,
): PlannedObject {
  const planned = compared(compiled, key, live, body);
  if (planned.action === 'none') return planned;
  const { stored, application } = compiled;
  throw new ProblemError(
    'key_conflict',
    `The ${stored} with the key "${key}" differs in ${paths(planned)}.`,
    { members: { plan: { application, objects: [planned] } } },
  );
}

function paths(planned: PlannedObject): string {
  const shown = planned.changes.slice(0, 5).map((c) => c.path);
  const more = planned.changes.length - shown.length;
  return `${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function replaceNeeded({ kind, stored, pointer }: Compiled): ProblemError {
  const field = stored === 'monitor' ? 'type' : 'layout_type';
  return new ProblemError('invalid', `Datadog cannot change the ${field} of a ${stored} in place.`, {
    hint: `Delete the ${stored} and create it again (its id is lost), or keep the old ${field}.`,
    findings: [
      {
        code: 'replace_needed',
        severity: 'error',
        message: `Datadog cannot change the ${field} of a ${stored} in place.`,
        pointer: kind === 'alert' ? pointer : pointerTo(pointer, field),
      },
    ],
  });
}
