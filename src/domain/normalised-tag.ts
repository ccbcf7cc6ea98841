/** Maximum length of a tag in Datadog, in characters. */
const MAX_TAG_CHARACTERS = 200;
/** The names of the tags of Birddog's marker. */
const MARKER_NAMES = ['birddog_key', 'birddog_application'] as const;
/** ASCII strings need no compatibility form, because normalising adds no letters to them. */
const ASCII = /^[\x20-\x7e]*$/;
const BIRDDOG = /birddog/i;
const WORD = 'birddog';
/** Maximum length (UTF-16 units) of the part of a tag that is converted to its compatibility form, which can be 18 times as long. */
const MAX_FOLDED = 400;

/**
 * Normalises a tag as Datadog documents it (getting_started/tagging): lower case, beginning with a letter, only letters,
 * digits and `_-:./`, each run of other characters and underscores as one `_`, none at the end, at most 200 characters.
 */
export function normalisedTag(tag: string): string {
  const kept = lowerCase(tag)
    .replace(/[^\p{L}\p{N}\-:./]+/gu, '_')
    .replace(/^[^\p{L}]+/u, '');
  return Array.from(kept.slice(0, 2 * MAX_TAG_CHARACTERS))
    .slice(0, MAX_TAG_CHARACTERS)
    .join('')
    .replace(/_$/, '');
}

/** A tag of Birddog's marker, or one that Datadog would store as such. */
export interface MarkerTag {
  readonly name: (typeof MARKER_NAMES)[number];
  /** The part after the colon; normalised for a look-alike. */
  readonly value: string;
  /** Whether the tag is exactly as Birddog writes it. */
  readonly exact: boolean;
}

/**
 * Returns the marker tag that a tag is or would become; undefined for an ordinary tag. Also recognises tags that could be
 * mistaken for a marker: in compatibility form (full-width letters), with invisible characters, with spaces or underscores
 * around the colon, or joined with other tags by commas.
 */
export function markerTagOf(tag: string): MarkerTag | undefined {
  for (const name of MARKER_NAMES) {
    if (tag.startsWith(`${name}:`)) return { name, value: tag.slice(name.length + 1), exact: true };
  }
  if (ASCII.test(tag) && !BIRDDOG.test(tag)) return undefined;
  const folded = tag.slice(0, MAX_FOLDED).normalize('NFKC');
  for (const form of new Set([tag, folded, visible(folded)])) {
    // Normalising replaces characters but removes none inside a word, so the word must already occur.
    if (!lowerCase(form).includes(WORD)) continue;
    for (const part of form.split(',')) {
      const found = lookAlike(normalisedTag(part));
      if (found) return found;
    }
  }
  return undefined;
}

function lookAlike(tag: string): MarkerTag | undefined {
  const colon = tag.indexOf(':');
  const name = trimmed(colon < 0 ? tag : tag.slice(0, colon));
  const found = MARKER_NAMES.find((one) => one === name);
  return found && { name: found, value: colon < 0 ? '' : trimmed(tag.slice(colon + 1)), exact: false };
}

/** Removes an underscore that was a space next to the colon. A normalised tag has no two in a row. */
function trimmed(text: string): string {
  return text.replace(/^_/, '').replace(/_$/, '');
}

/** Removes default-ignorable characters (zero-width characters, variation selectors). */
export function visible(text: string): string {
  return text.replace(/\p{Default_Ignorable_Code_Point}+/gu, '');
}

/** Converts to lower case character by character, as Datadog's agents do. JavaScript converts U+0130 to two characters. */
export function lowerCase(text: string): string {
  return text.replaceAll('\u0130', 'i').toLowerCase();
}
