import { READ_ONLY } from './datadog-fields.ts';
import type { Finding } from './finding.ts';
import { isObject, type JsonObject } from './json.ts';
import type { StoredKind } from './managed-kind.ts';
import { pointerTo } from './pointer.ts';

/** What a user says to Birddog within an object: nothing of Datadog's. */
const BIRDDOGS_OWN = 'lint';

/**
 * The object as it may be sent: without Birddog's own member, and without the fields that it never manages, each left out
 * with a warning whose pointer is within the object. Everything else stays, in its order.
 */
export function toSend(kind: StoredKind, written: JsonObject): { object: JsonObject; findings: Finding[] } {
  const readOnly: readonly string[] = READ_ONLY[kind];
  const object: JsonObject = {};
  const findings: Finding[] = [];
  for (const [name, value] of Object.entries(written)) {
    if (name === BIRDDOGS_OWN) continue;
    if (readOnly.includes(name)) findings.push(neverManaged(pointerTo('', name), 'Datadog sets it itself'));
    else if (name === 'restricted_roles' && value === null) {
      findings.push(neverManaged(pointerTo('', name), 'null would lift restrictions that somebody set'));
    } else if (
      kind === 'monitor' &&
      name === 'options' &&
      isObject(value) &&
      Object.hasOwn(value, 'silenced')
    ) {
      const { silenced: _, ...rest } = value;
      findings.push(neverManaged('/options/silenced', 'mutes belong to the people on call'));
      object[name] = rest;
    } else object[name] = value;
  }
  return { object, findings };
}

/** A monitor with the mutes of the one that it takes the place of: they belong to the people on call. */
export function withMutes(monitor: JsonObject, before: JsonObject): JsonObject {
  const silenced = isObject(before['options']) ? before['options']['silenced'] : undefined;
  if (!isObject(silenced) || Object.keys(silenced).length === 0) return monitor;
  const options = isObject(monitor['options']) ? monitor['options'] : {};
  return { ...monitor, options: { ...options, silenced } };
}

function neverManaged(pointer: string, why: string): Finding {
  return {
    code: 'never_managed',
    severity: 'warning',
    message: `This is not sent: ${why}.`,
    pointer,
    hint: 'Leave it out.',
  };
}
