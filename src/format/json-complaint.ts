/** Common misspellings of JSON literals and their corrections. */
const MISTAKEN_WORDS: ReadonlyMap<string, string> = new Map<string, string>([
  ['undefined', 'write null'],
  ['none', 'write null'],
  ['nil', 'write null'],
  ['nan', 'JSON does not support this number'],
  ['infinity', 'JSON does not support this number'],
]);

/** Returns the message for an error where a value should begin. */
export function valueComplaint(text: string, at: number): string {
  const char = text.charAt(at);
  if (char === '') return 'A value is missing: the text ends here';
  if (char === "'" || char === '`') return 'A string must be in double quotes';
  if (char === ',' || char === ']' || char === '}' || char === ':')
    return `A value is missing before ${char}`;
  return comment(text, at) ?? wrongWord(text, at) ?? wrongStart(char);
}

/** Returns the message for an error where a field name should begin. */
export function nameComplaint(text: string, at: number): string {
  const char = text.charAt(at);
  if (char === ',') return 'Unexpected comma';
  return comment(text, at) ?? 'A field name must be in double quotes';
}

/** Returns the message for an error where a comma or the closing bracket should follow a value. */
export function afterValueComplaint(text: string, at: number, inObject: boolean): string {
  const char = text.charAt(at);
  const what = inObject ? 'an object' : 'a list';
  if (char === '}' || char === ']') return `${char} cannot close ${what}`;
  if (char === ':')
    return inObject ? 'Unexpected colon' : 'A list cannot have field names: use { } instead of [ ]';
  return comment(text, at) ?? `A comma is missing between two ${inObject ? 'fields' : 'elements'}`;
}

/** Returns the message for an error inside a string: a control character, an invalid escape or the end of the text. */
export function textComplaint(text: string, at: number): string {
  const code = text.charCodeAt(at);
  if (Number.isNaN(code)) return 'Unterminated string: the closing " is missing';
  if (code === 0x0a || code === 0x0d)
    return 'Unterminated string on this line: add the closing ", or write the line break as \\n';
  if (code === 0x09) return 'Unescaped tab in a string: write it as \\t';
  if (code < 0x20) return `Unescaped control character in a string: write it as ${escapeOf(code)}`;
  const letter = text.charAt(at + 1);
  if (letter === 'u') return '\\u must be followed by four hexadecimal digits';
  return `\\${letter < ' ' ? '' : letter} is not a valid JSON escape: write a backslash as \\\\`;
}

/** Returns the message for an invalid number that begins at `at`. */
export function numberComplaint(text: string, at: number): string {
  const written = /^[-+\w.]*/.exec(text.slice(at, at + 40))?.[0] ?? '';
  if (/^-?0\d/.test(written)) return 'A number cannot begin with 0';
  if (/^-?\d+\.(?!\d)/.test(written)) return 'A digit is missing after the point of a number';
  if (/^-?\d+(?:\.\d+)?[eE][+-]?(?!\d)/.test(written))
    return 'A digit is missing in the exponent of a number';
  return `${written} is not a valid JSON number`;
}

function comment(text: string, at: number): string | undefined {
  const starts = text.startsWith('//', at) || text.startsWith('/*', at) || text.charAt(at) === '#';
  return starts ? 'JSON does not support comments' : undefined;
}

function wrongWord(text: string, at: number): string | undefined {
  const word = /^[A-Za-z_$][\w$-]*/.exec(text.slice(at, at + 40))?.[0];
  if (word === undefined) return undefined;
  const lower = word.toLowerCase();
  if (lower === 'true' || lower === 'false' || lower === 'null') return `${word} must be written ${lower}`;
  const instead = MISTAKEN_WORDS.get(lower);
  return instead ? `${word} is not a JSON value: ${instead}` : 'A string must be in double quotes';
}

function wrongStart(char: string): string {
  if (char === '+') return 'A number cannot begin with +';
  if (char === '.') return 'A digit is missing before the point of a number';
  if (char < ' ') return `Unexpected control character (${escapeOf(char.charCodeAt(0))})`;
  return `A value cannot begin with ${char}`;
}

function escapeOf(code: number): string {
  return `\\u${code.toString(16).padStart(4, '0')}`;
}
