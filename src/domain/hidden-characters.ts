/**
 * Characters that are invisible or change how others are displayed: control and format characters (writing direction, zero
 * width), line and paragraph separators, lone surrogates and default-ignorable characters.
 */
const HIDDEN = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/** Returns whether a string contains a hidden character. */
export function hasHiddenCharacters(text: string): boolean {
  return text.search(HIDDEN) >= 0;
}

/** Escapes every hidden character in JSON, so that it stays on one line and is displayed as it is. */
export function escapeHidden(json: string): string {
  return json.replace(HIDDEN, (char) =>
    Array.from(
      { length: char.length },
      (_, at) => `\\u${char.charCodeAt(at).toString(16).padStart(4, '0')}`,
    ).join(''),
  );
}

/** Removes every hidden character. */
export function withoutHidden(text: string): string {
  return text.replace(HIDDEN, '');
}
