/** Returns whether the character at an offset is a space or a tab. */
export function isWhiteSpace(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code === 0x20 || code === 0x09;
}

/** Returns whether a line break starts at an offset: LF, CR LF or CR. */
export function isBreak(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code === 0x0a || code === 0x0d;
}

/** Returns the offset after the spaces and tabs at an offset. */
export function afterWhiteSpace(text: string, from: number): number {
  let at = from;
  while (isWhiteSpace(text, at)) at++;
  return at;
}

/** Returns the end of the line that contains an offset, without its line break. */
export function lineEnd(text: string, from: number): number {
  let at = from;
  while (at < text.length && !isBreak(text, at)) at++;
  return at;
}

/** Returns the offset after white space, line breaks and comments that begin with #. */
export function afterBlanks(text: string, from: number): number {
  let at = from;
  for (;;) {
    const char = text.charAt(at);
    if (char === '#') {
      while (at < text.length && text.charAt(at) !== '\n' && text.charAt(at) !== '\r') at++;
    } else if (char === ' ' || char === '\t' || char === '\n' || char === '\r') at++;
    else return at;
  }
}

/** Returns the end of the text before `end`, without trailing white space and line breaks. */
export function afterText(text: string, end: number): number {
  let at = end;
  while (at > 0 && ' \t\r\n'.includes(text.charAt(at - 1))) at--;
  return at;
}

/** Returns the offset before the line break that precedes `end`, or `end` if there is no line break. */
export function beforeLineEnd(text: string, end: number): number {
  if (text.charAt(end - 1) === '\r') return end - 1;
  if (text.charAt(end - 1) !== '\n') return end;
  return text.charAt(end - 2) === '\r' ? end - 2 : end - 1;
}

/** Returns the start of the line that contains an offset. */
export function lineStart(text: string, offset: number): number {
  let at = offset;
  while (at > 0 && text.charAt(at - 1) !== '\n' && text.charAt(at - 1) !== '\r') at--;
  return at;
}

/** Returns the end of the line if only white space and a comment follow `from` on it, or undefined. */
export function restOfLine(text: string, from: number): number | undefined {
  let at = from;
  while (text.charAt(at) === ' ' || text.charAt(at) === '\t') at++;
  if (text.charAt(at) === '#') {
    while (at < text.length && text.charAt(at) !== '\n' && text.charAt(at) !== '\r') at++;
  }
  return at >= text.length || text.charAt(at) === '\n' || text.charAt(at) === '\r' ? at : undefined;
}

/** Returns the offset after the line break at an offset. */
export function afterLineEnd(text: string, at: number): number {
  if (text.charAt(at) === '\r') return text.charAt(at + 1) === '\n' ? at + 2 : at + 1;
  return text.charAt(at) === '\n' ? at + 1 : at;
}

/** Returns whether only white space precedes an offset on its line. */
export function beginsLine(text: string, offset: number): boolean {
  let at = offset;
  while (text.charAt(at - 1) === ' ' || text.charAt(at - 1) === '\t') at--;
  return at === 0 || text.charAt(at - 1) === '\n' || text.charAt(at - 1) === '\r';
}
