const CONTROL = /[\x00-\x1f\x7f]/g;
/** Further controls, what changes the direction of writing, what has no width, and halves of characters. */
const HIDDEN =
  /[\x80-\x9f\u061c\u200b\u200c\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]|\p{Cs}/gu;

/** A text as it may go to a terminal: each control character as its picture, or as U+FFFD. */
export function visible(text: string): string {
  return text
    .replace(CONTROL, (char) =>
      char === '\x7f' ? '\u2421' : String.fromCharCode(0x2400 + char.charCodeAt(0)),
    )
    .replace(HIDDEN, '\ufffd');
}

/** JSON in which no control character stands as it is. */
export function visibleJson(value: unknown): string {
  return (
    JSON.stringify(value, undefined, 2)
      .replace(HIDDEN, (char) =>
        Array.from(
          { length: char.length },
          (_, at) => `\\u${char.charCodeAt(at).toString(16).padStart(4, '0')}`,
        ).join(''),
      )
      .replaceAll('\x7f', '\\u007f')
      // The begin of a command to a CI system, wherever it is in a line.
      .replaceAll('##[', '##\\u005b')
  );
}

const NO_WIDTH = /^[\p{Mn}\p{Me}\u200d]$/u;
/** East Asian wide and fullwidth characters, and those shown as pictures (Unicode's annex 11). */
const WIDE =
  /^(?:\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f900}-\u{1f9ff}\u{20000}-\u{3fffd}])$/u;

/** How many columns of a terminal a character takes. */
export function widthOf(char: string): number {
  return NO_WIDTH.test(char) ? 0 : WIDE.test(char) ? 2 : 1;
}
