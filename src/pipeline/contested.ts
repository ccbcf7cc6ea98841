import type { Finding } from '../domain/finding.ts';
import type { JsonObject } from '../domain/json.ts';
import type { StoredKind } from '../domain/managed-kind.ts';
import { idOf, ownershipOf } from '../domain/marker.ts';
import type { Pointer } from '../domain/pointer.ts';
import { ProblemError } from '../domain/problem.ts';

/** How many markers of one object a sentence names, and how much (UTF-16 units) of each. */
const MAX_NAMED = 5;
const MAX_SHOWN = 200;
/** What to do about an object with two different markers. */
export const REMOVE_ONE_MARKER =
  'Remove all markers but one in Datadog: the tags birddog_key of a monitor, the last lines of the description of a dashboard.';

/** Returns the sentence about an object with two different markers; undefined for any other object. */
export function conflictOf(kind: StoredKind, object: JsonObject, url: string): string | undefined {
  const ownership = ownershipOf(kind, object);
  if (ownership.state !== 'conflict') return undefined;
  const named = ownership.marks.slice(0, MAX_NAMED).map((mark) => `"${mark.slice(0, MAX_SHOWN)}"`);
  const more = ownership.marks.length - named.length;
  return `The ${kind} ${idOf(object)} (${url}) carries the markers ${named.join(' and ')}${more > 0 ? ` and ${more} more` : ''}, so it belongs to nobody.`;
}

/** The warning about an object that another object of this key will be planned beside. */
export function markerConflict(sentence: string, pointer: Pointer): Finding {
  return {
    code: 'marker_conflict',
    severity: 'warning',
    message: `${sentence} Birddog neither writes nor deletes it.`,
    pointer,
    hint: REMOVE_ONE_MARKER,
  };
}

/** Throws `not_managed` where an object has two different markers. */
export function requireUncontested(kind: StoredKind, object: JsonObject, url: string): void {
  const sentence = conflictOf(kind, object, url);
  if (sentence !== undefined) throw new ProblemError('not_managed', sentence, { hint: REMOVE_ONE_MARKER });
}
