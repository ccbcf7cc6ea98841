/** What people write for JSON's own words, and what to write instead. */
const MISTAKEN_WORDS: ReadonlyMap<string, string> = new Map<string, string>([
  ['undefined', 'write null'],
  ['none', 'write null'],
  ['nil', 'write null'],
  ['nan', 'JSON has no such number'],
  ['infinity', 'JSON has no such number'],
]);

/** What is wrong where a value should begin. */
export function valueComplaint(text: string, at: number): string {
  const char = text.charAt(at);
  if (char === '') return 'A value is missing: the text ends here';
  if (char === "'" || char === '`') return 'Text must stand in double quotes';
  if (char === ',' || char === ']' || char === '}' || char === ':')
    return `A value is missing before ${char}`;
  return comment(text, at) ?? wrongWord(text, at) ?? wrongStart(char);
}

/** What is wrong where the name of a member should begin. */
export function nameComplaint(text: string, at: number): string {
  const char = text.charAt(at);
  if (char === ',') return 'There is one comma too many';
  return comment(text, at) ?? "A member's name must stand in double quotes";
}

/** What is wrong after a member or an item, where a comma or the closing bracket should be. */
export function afterValueComplaint(text: string, at: number, inObject: boolean): string {
  const char = text.charAt(at);
  const what = inObject ? 'an object' : 'a list';
  if (char === '}' || char === ']') return `${char} cannot close ${what}`;
  if (char === ':')
    return inObject ? 'There is one colon too many' : 'A list has no names: use { } instead of [ ]';
  return comment(text, at) ?? `A comma is missing between two ${inObject ? 'members' : 'items'}`;
}

/** What is wrong inside a text at `at`: a control character, a bad escape, or the end of everything. */
export function textComplaint(text: string, at: number): string {
  const code = text.charCodeAt(at);
  if (Number.isNaN(code)) return 'The text ends inside quotes: the closing " is missing';
  if (code === 0x0a || code === 0x0d)
    return 'A text is not closed on its line: add the closing ", or write the line break as \\n';
  if (code === 0x09) return 'There is a tab inside quotes: write it as \\t';
  if (code < 0x20) return `There is a control character inside quotes: write it as ${escapeOf(code)}`;
  const letter = text.charAt(at + 1);
  if (letter === 'u') return '\\u must be followed by four hexadecimal digits';
  return `\\${letter < ' ' ? '' : letter} is no escape that JSON knows: write a backslash as \\\\`;
}

/** What is wrong with the number that begins at `at`. */
export function numberComplaint(text: string, at: number): string {
  const written = /^[-+\w.]*/.exec(text.slice(at, at + 40))?.[0] ?? '';
  if (/^-?0\d/.test(written)) return 'A number may not begin with 0';
  if (/^-?\d+\.(?!\d)/.test(written)) return 'A digit is missing after the point of a number';
  if (/^-?\d+(?:\.\d+)?[eE][+-]?(?!\d)/.test(written))
    return 'A digit is missing in the exponent of a number';
  return `${written} is not a number as JSON writes it`;
}

function comment(text: string, at: number): string | undefined {
  const starts = text.startsWith('//', at) || text.startsWith('/*', at) || text.charAt(at) === '#';
  return starts ? 'JSON has no comments' : undefined;
}

function wrongWord(text: string, at: number): string | undefined {
  const word = /^[A-Za-z_$][\w$-]*/.exec(text.slice(at, at + 40))?.[0];
  if (word === undefined) return undefined;
  const lower = word.toLowerCase();
  if (lower === 'true' || lower === 'false' || lower === 'null') return `${word} must be written ${lower}`;
  const instead = MISTAKEN_WORDS.get(lower);
  return instead ? `${word} is no JSON value: ${instead}` : 'Text must stand in double quotes';
}

function wrongStart(char: string): string {
  if (char === '+') return 'A number may not begin with +';
  if (char === '.') return 'A digit is missing before the point of a number';
  if (char < ' ') return `There is a control character (${escapeOf(char.charCodeAt(0))}) outside quotes`;
  return `A value may not begin with ${char}`;
}

function escapeOf(code: number): string {
  return `\\u${code.toString(16).padStart(4, '0')}`;
}
