import type { Finding } from '../../domain/finding.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import { markOf, ownershipOf } from '../../domain/marker.ts';
import { pointerTo } from '../../domain/pointer.ts';
import { REMOVE_ONE_MARKER } from '../contested.ts';
import type { LiveState } from './document-plan.ts';
import type { Wanted } from './read-document.ts';

/** How other tools mark what they manage: Kennel in the text, Terraform by the tags that its users commonly give. */
const OTHERS: readonly { readonly tool: string; readonly says: RegExp }[] = [
  { tool: 'Kennel', says: /-- Managed by kennel / },
  { tool: 'Terraform', says: /\b(?:managed[_ -]?by[: ]\s*terraform|terraform:(?:true|managed))\b/i },
];

const STORED = ['monitor', 'dashboard'] as const;

/** What keeps an object from being adopted, and whose it seems to be besides. */
export function adoptionFindings(
  wanted: readonly Wanted[],
  { adoptable, own }: LiveState,
  application: string,
): Finding[] {
  const marked = new Set(
    STORED.flatMap((stored) => own[stored].map((object) => `${stored}:${markOf(stored, object)?.key ?? ''}`)),
  );
  return wanted.flatMap((one): Finding[] => {
    const { stored, key, adopt } = one;
    if (adopt === undefined) return [];
    // Once marked, the marker decides.
    if (marked.has(`${stored}:${key}`)) return [];
    const pointer = pointerTo(one.pointer, 'adopt');
    const object = adoptable.get(`${stored}:${adopt}`);
    if (!object) {
      return [
        {
          code: 'adopt_missing',
          severity: 'error',
          message: `Datadog has no ${stored} ${adopt} that could be adopted.`,
          pointer,
          hint: 'Correct the id, or leave adopt out: then a new one is made.',
        },
      ];
    }
    const ownership = ownershipOf(stored, object);
    if (ownership.state === 'conflict') {
      return [
        {
          code: 'marker_conflict',
          severity: 'error',
          message: `The ${stored} ${adopt} cannot be adopted: it carries two different markers, so it belongs to nobody.`,
          pointer,
          hint: REMOVE_ONE_MARKER,
        },
      ];
    }
    if (ownership.state === 'owned') {
      const { mark } = ownership;
      return [
        {
          code: 'adopt_owned',
          severity: 'error',
          message: `The ${stored} ${adopt} carries the marker of ${mark.application}/${mark.key}.`,
          pointer,
          hint:
            mark.application === application
              ? `Give this entry the key "${mark.key}", or leave adopt out.`
              : 'Ask the application that it belongs to.',
        },
      ];
    }
    const other = OTHERS.find(({ says }) => says.test(textsOf(object)));
    if (!other) return [];
    return [
      {
        code: 'managed_elsewhere',
        severity: 'warning',
        message: `The ${stored} ${adopt} seems to be managed by ${other.tool}, which would undo what Birddog writes.`,
        pointer,
        hint: `Take it out of ${other.tool} first.`,
      },
    ];
  });
}

function textsOf(object: JsonObject): string {
  const tags: Json = object['tags'] ?? [];
  const texts = [object['message'], object['description'], ...(Array.isArray(tags) ? tags : [])];
  return texts.filter((text) => typeof text === 'string').join('\n');
}
