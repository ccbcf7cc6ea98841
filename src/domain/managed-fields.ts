import { READ_ONLY } from './datadog-fields.ts';
import type { Finding } from './finding.ts';
import { isObject, type JsonObject } from './json.ts';
import { pointerTo } from './pointer.ts';

/** The kinds of objects that Birddog stores in Datadog. An alert is stored as a monitor. */
export const STORED_KINDS = ['monitor', 'dashboard'] as const;
export type StoredKind = (typeof STORED_KINDS)[number];
export const MANAGED_KINDS = ['monitor', 'alert', 'dashboard'] as const;
export type ManagedKind = (typeof MANAGED_KINDS)[number];

/** Identifies the objects of an application, or the one (and its clones) with a key. */
export interface Owner {
  readonly application: string;
  readonly key?: string;
}

/** Birddog's own field of an object, which Datadog does not have. */
const BIRDDOG_FIELD = 'lint';

/**
 * Returns the object to send: without Birddog's own field and without fields that it never manages. Each dropped field gets a
 * warning with a pointer within the object. All other fields stay, in their order.
 */
export function toSend(kind: StoredKind, written: JsonObject): { object: JsonObject; findings: Finding[] } {
  const readOnly: readonly string[] = READ_ONLY[kind];
  const object: JsonObject = {};
  const findings: Finding[] = [];
  for (const [name, value] of Object.entries(written)) {
    if (name === BIRDDOG_FIELD) continue;
    if (readOnly.includes(name)) findings.push(neverManaged(pointerTo('', name), 'Datadog sets it itself'));
    else if (name === 'restricted_roles' && value === null) {
      findings.push(neverManaged(pointerTo('', name), 'null would remove restrictions that somebody set'));
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

/** Copies the mutes of a replaced monitor to the new one, because they belong to the people on call. */
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
    message: `This field is not sent to Datadog: ${why}.`,
    pointer,
    hint: 'Remove it.',
  };
}
