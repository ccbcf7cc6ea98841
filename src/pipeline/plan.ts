import { changesOf, needsReplace } from '../domain/changes.ts';
import type { RequestContext } from '../domain/caller.ts';
import type { JsonObject } from '../domain/json.ts';
import { mergedForUpdate } from '../domain/merged-for-update.ts';
import { idOf, stamped, unmarked } from '../domain/marker.ts';
import type { PlannedObject } from '../domain/plan.ts';
import { pointerTo } from '../domain/pointer.ts';
import { ProblemError } from '../domain/problem.ts';

import type { Compiled } from './compile.ts';
import { findByKey, requireLive } from './find-live.ts';
import type { ObjectPort, Ports } from './ports.ts';

/** What would be done, and with what. `planned` is the plain data that is shown; the rest is what apply needs. */
export interface Planned {
  readonly compiled: Compiled;
  readonly key: string;
  readonly planned: PlannedObject;
  /** What Datadog holds now. */
  readonly live: JsonObject | undefined;
  /** The body of the write. */
  readonly body: JsonObject;
}

/** The port for a kind of object. */
export function portFor(ports: Ports, compiled: Compiled): ObjectPort {
  return ports[compiled.stored];
}

/**
 * Compares what is asked with what is there, and writes nothing. Throws `already_different` for a create
 * whose key holds another object, `not_found` for an update of nothing.
 */
export async function plan(
  compiled: Compiled,
  key: string,
  ports: Ports,
  context: RequestContext,
): Promise<Planned> {
  const { verb, kind, stored, application, object, stamp } = compiled;
  const live = await findByKey(portFor(ports, compiled), application, key, context);
  const desired = stamped(stored, object, { ...stamp, key });
  const described = { kind, key };
  if (verb === 'create') {
    if (!live.object) {
      return {
        compiled,
        key,
        live: undefined,
        body: desired,
        planned: { ...described, action: 'create', changes: [] },
      };
    }
    const changes = changesOf(stored, live.object, desired);
    const planned = {
      ...described,
      id: idOf(live.object),
      action: changes.length > 0 ? 'update' : 'none',
      changes,
    } as const;
    if (changes.length === 0) return { compiled, key, live: live.object, body: desired, planned };
    throw new ProblemError(
      'already_different',
      `The key "${key}" holds a ${stored} that differs in ${paths(planned)}.`,
      {
        members: { plan: { application, objects: [planned] } },
      },
    );
  }
  const before = requireLive(stored, live, { application, key, id: compiled.id });
  const body = stamped(stored, mergedForUpdate(stored, unmarked(stored, before), object), { ...stamp, key });
  if (needsReplace(stored, before, body)) throw replaceNeeded(compiled);
  const changes = changesOf(stored, before, body);
  return {
    compiled,
    key,
    live: before,
    body,
    planned: { ...described, id: idOf(before), action: changes.length > 0 ? 'update' : 'none', changes },
  };
}

function paths(planned: PlannedObject): string {
  const shown = planned.changes.slice(0, 5).map((c) => c.path);
  const more = planned.changes.length - shown.length;
  return `${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function replaceNeeded({ kind, stored, pointer }: Compiled): ProblemError {
  const field = stored === 'monitor' ? 'type' : 'layout_type';
  return new ProblemError('invalid', `Datadog cannot change the ${field} of a ${stored} in place.`, {
    hint: `Delete the ${stored} and create it anew (its id is lost), or leave ${field} as it is.`,
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
