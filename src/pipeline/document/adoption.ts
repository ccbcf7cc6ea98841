import type { Finding } from '../../domain/finding.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import { ownershipOf } from '../../domain/marker.ts';
import { pointerTo } from '../../domain/pointer.ts';
import { REMOVE_ONE_MARKER } from '../contested.ts';
import type { LiveState } from './document-plan.ts';
import type { DocumentEntry } from './read-document.ts';

/** How other tools mark their objects: Kennel with a line of text, Terraform with the tags that its users commonly set. */
const OTHER_TOOLS: readonly { readonly tool: string; readonly pattern: RegExp }[] = [
  { tool: 'Kennel', pattern: /-- Managed by kennel / },
  { tool: 'Terraform', pattern: /\b(?:managed[_ -]?by[: ]\s*terraform|terraform:(?:true|managed))\b/i },
];

/**
 * Returns the findings about objects that cannot be adopted, or that another tool seems to manage. `isMarked` returns whether an
 * object has the marker of an entry.
 */
export function adoptionFindings(
  wanted: readonly DocumentEntry[],
  adoptable: LiveState['adoptable'],
  application: string,
  isMarked: (one: DocumentEntry) => boolean,
): Finding[] {
  const adopters = adoptersOf(wanted, isMarked);
  return wanted.flatMap((one): Finding[] => {
    const { stored, adopt } = one;
    // An object that already has the marker needs no adoption.
    if (adopt === undefined || isMarked(one)) return [];
    const pointer = pointerTo(one.pointer, 'adopt');
    const adopter = adopters.get(`${stored}:${adopt}`) ?? one;
    if (adopter !== one) return [adoptConflict(one, adopter)];
    const object = adoptable.get(`${stored}:${adopt}`);
    if (!object) {
      return [
        {
          code: 'adopt_missing',
          severity: 'error',
          message: `Datadog has no ${stored} ${adopt} to adopt.`,
          pointer,
          hint: 'Correct the id, or remove "adopt" to create a new object.',
        },
      ];
    }
    const ownership = ownershipOf(stored, object);
    if (ownership.state === 'conflict') {
      return [
        {
          code: 'marker_conflict',
          severity: 'error',
          message: `The ${stored} ${adopt} cannot be adopted: it carries two different markers, so its owner is unclear.`,
          pointer,
          hint: REMOVE_ONE_MARKER,
        },
      ];
    }
    if (ownership.state === 'owned') {
      const { mark } = ownership;
      // That is a rename.
      if (mark.application === application) return [];
      return [
        {
          code: 'adopt_owned',
          severity: 'error',
          message: `The ${stored} ${adopt} carries the marker of ${mark.application}/${mark.key}.`,
          pointer,
          hint: `Ask the team of ${mark.application} to release it, or move it with "renamed_from: ${mark.application}/${mark.key}".`,
        },
      ];
    }
    const other = OTHER_TOOLS.find(({ pattern }) => pattern.test(textsOf(object)));
    if (!other) return [];
    return [
      {
        code: 'managed_elsewhere',
        severity: 'warning',
        message: `The ${stored} ${adopt} seems to be managed by ${other.tool}, which would overwrite Birddog's changes.`,
        pointer,
        hint: `Remove it from ${other.tool} first.`,
      },
    ];
  });
}

/** Returns an error for each entry that adopts the same object as an earlier one. */
export function adoptionConflicts(wanted: readonly DocumentEntry[]): Finding[] {
  const adopters = adoptersOf(wanted, () => false);
  return wanted.flatMap((one) => {
    const adopter = adopters.get(`${one.stored}:${one.adopt}`) ?? one;
    return adopter === one ? [] : [adoptConflict(one, adopter)];
  });
}

function adoptConflict({ stored, adopt, pointer }: DocumentEntry, adopter: DocumentEntry): Finding {
  return {
    code: 'adopt_conflict',
    severity: 'error',
    message: `The entry "${adopter.key}" adopts the ${stored} ${adopt} already.`,
    pointer: pointerTo(pointer, 'adopt'),
    hint: 'Only one entry can keep the object: remove "adopt" from the others.',
  };
}

/** Returns the entry that adopts each object (`kind:id`): the one that has done so, or else the first. */
function adoptersOf(
  wanted: readonly DocumentEntry[],
  isMarked: (one: DocumentEntry) => boolean,
): ReadonlyMap<string, DocumentEntry> {
  const done = wanted.filter(isMarked);
  const all = [...done, ...wanted].flatMap((one) =>
    one.adopt === undefined ? [] : [[`${one.stored}:${one.adopt}`, one] as const],
  );
  return new Map(all.toReversed());
}

function textsOf(object: JsonObject): string {
  const tags: Json = object['tags'] ?? [];
  const texts = [object['message'], object['description'], ...(Array.isArray(tags) ? tags : [])];
  return texts.filter((text) => typeof text === 'string').join('\n');
}
