/**
 * Characters that are not seen, or that change how others are: controls, format characters (directions of writing, zero
 * width), separators of lines and paragraphs, halves of characters, and what no font shows.
 */
const HIDDEN = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/** Returns whether a text has a character that is not seen, or that changes how others are. */
export function hasHiddenCharacters(text: string): boolean {
  return text.search(HIDDEN) >= 0;
}

/** Returns JSON with every such character as its escape, so that a line of JSON is one line and reads as it is. */
export function escapeHidden(json: string): string {
  return json.replace(HIDDEN, (char) =>
    Array.from(
      { length: char.length },
      (_, at) => `\\u${char.charCodeAt(at).toString(16).padStart(4, '0')}`,
    ).join(''),
  );
}
