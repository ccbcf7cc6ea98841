/** The longest tag that Datadog keeps, in characters. */
const MAX_TAG_CHARACTERS = 200;
/** The name that the tags of Birddog's marker begin with. */
const MARKER_NAMES = ['birddog_key', 'birddog_application'] as const;
/** In a text of ASCII alone, nothing becomes a letter that is not one already. */
const ASCII = /^[\x20-\x7e]*$/;
const BIRDDOG = /birddog/i;
const WORD = 'birddog';
/** How much of a tag (UTF-16 units) is examined in its compatibility form, which can be 18 times as long. */
const MAX_FOLDED = 400;

/**
 * Returns a tag as Datadog's documentation says that it is stored (getting_started/tagging): lower case, first a letter, only
 * letters, digits and `_-:./`, every run of other characters and underscores one `_`, none at the end, 200 characters.
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

/** A tag that is, or that Datadog would store as, a part of Birddog's marker. */
export interface MarkerTag {
  readonly name: (typeof MARKER_NAMES)[number];
  /** What follows the colon; of a look-alike, in normalised form. */
  readonly value: string;
  /** Whether the tag is written exactly as Birddog writes it. */
  readonly exact: boolean;
}

/**
 * Returns the marker tag that a tag is or would become; undefined for an ordinary tag. A tag counts as one as soon as any
 * reader could take it for one: normalised as it is, in its compatibility form (full-width letters), without invisible
 * characters, with blanks or underscores around the colon, or as one of several tags joined by commas.
 */
export function markerTagOf(tag: string): MarkerTag | undefined {
  for (const name of MARKER_NAMES) {
    if (tag.startsWith(`${name}:`)) return { name, value: tag.slice(name.length + 1), exact: true };
  }
  if (ASCII.test(tag) && !BIRDDOG.test(tag)) return undefined;
  const folded = tag.slice(0, MAX_FOLDED).normalize('NFKC');
  for (const form of new Set([tag, folded, visible(folded)])) {
    // Normalising replaces characters and removes none within, so the word is there before.
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

/** A text without the underscore that was a blank beside the colon. A normalised tag has no two in a row. */
function trimmed(text: string): string {
  return text.replace(/^_/, '').replace(/_$/, '');
}

/** Returns a text without characters that no font shows (zero-width ones, variation selectors). */
export function visible(text: string): string {
  return text.replace(/\p{Default_Ignorable_Code_Point}+/gu, '');
}

/** Lower case by single characters, as Datadog's agents do it: JavaScript makes two of U+0130. */
export function lowerCase(text: string): string {
  return text.replaceAll('\u0130', 'i').toLowerCase();
}
