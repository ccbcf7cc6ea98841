import type { Finding } from './finding.ts';
import type { Json, JsonObject } from './json.ts';
import { type Pointer, pointerTo } from './pointer.ts';

/** A tag policy of the organisation for monitors (a monitor config policy). */
export interface TagPolicy {
  readonly id: string;
  readonly tagKey: string;
  readonly required: boolean;
  readonly values: readonly string[];
}

/**
 * Returns the findings for tags that violate the organisation's policies. `pointer` is the place of the monitor; `placeOf`
 * returns the pointer of a tag, or undefined for a tag that Birddog adds.
 */
export function policyFindings(
  policies: readonly TagPolicy[],
  monitor: JsonObject,
  pointer: Pointer,
  placeOf: (tag: string) => Pointer | undefined,
): Finding[] {
  const tags: Json[] = Array.isArray(monitor['tags']) ? monitor['tags'] : [];
  return policies.flatMap(({ tagKey, required, values }): Finding[] => {
    const given = tags.filter((tag) => typeof tag === 'string').filter((tag) => tag.startsWith(`${tagKey}:`));
    const allowed = values.map((value) => `${tagKey}:${value}`).join(', ');
    if (given.length === 0 && required) {
      return [
        {
          code: 'policy',
          severity: 'error',
          message: `Datadog will reject the monitor: the organisation's policy requires a tag ${tagKey}.`,
          pointer,
          hint: `Add one of ${allowed}.`,
        },
      ];
    }
    return given
      .filter((tag) => values.length > 0 && !values.includes(tag.slice(tagKey.length + 1)))
      .map((tag) => ({
        code: 'policy',
        severity: 'error',
        message: `Datadog will reject the monitor: the organisation's policy does not allow the tag ${tag}.`,
        pointer: placeOf(tag) ?? pointer,
        hint: `Write one of ${allowed}.`,
      }));
  });
}

/** Returns a function that finds the pointer of a tag in an entry or else in the document. */
export function tagPlace(
  document: JsonObject,
  entry: Pointer,
  tags: Json | undefined,
): (tag: string) => Pointer | undefined {
  const at = (list: Json | undefined, tag: string) => (Array.isArray(list) ? list.indexOf(tag) : -1);
  return (tag) => {
    const own = at(tags, tag);
    if (own >= 0) return pointerTo(entry, 'tags', own);
    const shared = at(document['tags'], tag);
    return shared < 0 ? undefined : pointerTo('', 'tags', shared);
  };
}
