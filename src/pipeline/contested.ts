import type { Finding } from '../domain/finding.ts';
import type { JsonObject } from '../domain/json.ts';
import { STORED_KINDS, type StoredKind } from '../domain/managed-fields.ts';
import { idOf, isContestedBy, ownershipOf } from '../domain/marker.ts';
import type { Pointer } from '../domain/pointer.ts';
import { ProblemError } from '../domain/problem.ts';
import type { LiveState } from './document/document-plan.ts';
import type { ReadDocument } from './document/read-document.ts';
import type { Ports } from './ports.ts';

/** Maximum number of markers that a message names, and the maximum length of each in UTF-16 units. */
const MAX_NAMED = 5;
const MAX_SHOWN = 200;
/** The hint for an object with two different markers. */
export const REMOVE_ONE_MARKER =
  'In Datadog, remove all markers except one: birddog_key tags of a monitor, last lines of the description of a dashboard.';

/** Returns the message about an object with two different markers; undefined for any other object. */
export function conflictOf(kind: StoredKind, object: JsonObject, url: string): string | undefined {
  const ownership = ownershipOf(kind, object);
  if (ownership.state !== 'conflict') return undefined;
  const named = ownership.marks.slice(0, MAX_NAMED).map((mark) => `"${mark.slice(0, MAX_SHOWN)}"`);
  const more = ownership.marks.length - named.length;
  return `The ${kind} ${idOf(object)} (${url}) carries the markers ${named.join(' and ')}${more > 0 ? ` and ${more} more` : ''}, so its owner is unclear.`;
}

/** Returns the warning about an object with two different markers that Birddog leaves unchanged. */
export function markerConflict(sentence: string, pointer: Pointer): Finding {
  return {
    code: 'marker_conflict',
    severity: 'warning',
    message: `${sentence} Birddog neither changes nor deletes it.`,
    pointer,
    hint: REMOVE_ONE_MARKER,
  };
}

/** Throws `not_managed` if an object has two different markers. */
export function requireSingleMarker(kind: StoredKind, object: JsonObject, url: string): void {
  const sentence = conflictOf(kind, object, url);
  if (sentence !== undefined) throw new ProblemError('not_managed', sentence, { hint: REMOVE_ONE_MARKER });
}

/** Returns the findings about objects with two different markers, located at the entry of the same key if there is one. */
export function contestedFindings(
  { application, entries }: ReadDocument,
  live: LiveState,
  ports: Ports,
): Finding[] {
  return STORED_KINDS.flatMap((stored) =>
    live.contested[stored].flatMap((object) => {
      const sentence = conflictOf(stored, object, ports[stored].url(object));
      const entry = entries.find(
        (one) => one.stored === stored && isContestedBy(stored, object, { application, key: one.key }),
      );
      return sentence === undefined ? [] : [markerConflict(sentence, entry?.pointer ?? '')];
    }),
  );
}
