/** A comma before another `key:`. Other commas are part of a value. */
const BETWEEN_TAGS = /,(?=[^,:]*:)/;

/** Returns the tags of a group such as `host:a,env:prod`; the group `*` has none. */
export function tagsOf(group: string): string[] {
  return group === '*' ? [] : group.split(BETWEEN_TAGS);
}

/** Returns the key and the value of a tag. A value may contain colons. */
export function keyAndValue(tag: string): readonly [key: string, value: string] {
  const colon = tag.indexOf(':');
  return colon === -1 ? [tag, ''] : [tag.slice(0, colon), tag.slice(colon + 1)];
}
