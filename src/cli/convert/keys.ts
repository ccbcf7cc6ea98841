import { keyFromName, KEY_SLUG } from '../../domain/application.ts';

/** Derives a key with hyphens for underscores from a text; undefined if the text has no letter or digit. */
export function hyphenated(text: string): string | undefined {
  return keyFromName(text.replaceAll('_', '-'));
}

/** Returns a key that is not taken: the key, or one with a number at its end. Takes it. */
export function untakenKey(key: string, taken: Set<string>): string {
  let free = key;
  for (let count = 2; taken.has(free) || !KEY_SLUG.test(free); count += 1)
    free = `${key.slice(0, 75)}-${count}`;
  taken.add(free);
  return free;
}
