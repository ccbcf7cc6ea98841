const CONTROL = /[\x00-\x1f\x7f]/g;
/** Other control characters, bidirectional controls, characters without width, and lone surrogates. */
const HIDDEN =
  /[\x80-\x9f\u061c\u200b\u200c\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]|\p{Cs}/gu;

/** Makes a text safe for a terminal: shows each control character as its symbol or as U+FFFD. */
export function visible(text: string): string {
  return text
    .replace(CONTROL, (char) =>
      char === '\x7f' ? '\u2421' : String.fromCharCode(0x2400 + char.charCodeAt(0)),
    )
    .replace(HIDDEN, '\ufffd');
}

/** Formats a value as JSON with all control characters escaped: indented, or in one line. */
export function visibleJson(value: unknown, indent = 2): string {
  return (
    JSON.stringify(value, undefined, indent)
      .replace(HIDDEN, (char) =>
        Array.from(
          { length: char.length },
          (_, at) => `\\u${char.charCodeAt(at).toString(16).padStart(4, '0')}`,
        ).join(''),
      )
      .replaceAll('\x7f', '\\u007f')
      // `##[` begins a command to a CI system anywhere in a line.
      .replaceAll('##[', '##\\u005b')
  );
}

const NO_WIDTH = /^[\p{Mn}\p{Me}\u200d]$/u;
/** East Asian wide and fullwidth characters, and emoji (Unicode Standard Annex #11). */
const WIDE =
  /^(?:\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f900}-\u{1f9ff}\u{20000}-\u{3fffd}])$/u;

/** Returns how many columns of a terminal a character takes. */
export function widthOf(char: string): number {
  return NO_WIDTH.test(char) ? 0 : WIDE.test(char) ? 2 : 1;
}

/** Returns the beginning of a line that takes at most `columns` columns of a terminal. */
export function truncated(line: string, columns: number): string {
  let width = 0;
  let shown = '';
  for (const char of line) {
    width += widthOf(char);
    if (width > columns) break;
    shown += char;
  }
  return shown;
}
