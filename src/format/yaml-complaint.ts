import { TextFault } from './fault.ts';

export const BRACES_HINT = 'Quote strings that begin with { or [.';
export const STAR_HINT = 'Quote strings that begin with *.';
const QUOTES_HINT = 'Quote the whole string.';

interface Complaint {
  readonly message: string;
  readonly hint?: string;
}

/** Our messages for the errors of js-yaml, by the beginning of its message. The first match wins. */
const REASONS: readonly (readonly [string, Complaint])[] = [
  ['null byte', { message: 'NUL character' }],
  ['the stream contains non-printable', { message: 'Control character outside double quotes' }],
  ['expected valid JSON character', { message: 'Control character in a string' }],
  [
    'tab characters must not',
    { message: 'Tab in the indentation', hint: 'Indent with spaces: YAML forbids tabs there.' },
  ],
  ['unexpected end of the stream within a single', { message: "The closing ' is missing" }],
  ['unexpected end of the stream within a double', { message: 'The closing " is missing' }],
  [
    'unexpected end of the document within a single',
    { message: "The closing ' is missing before the document ends" },
  ],
  [
    'unexpected end of the document within a double',
    { message: 'The closing " is missing before the document ends' },
  ],
  ['unexpected end of the stream within a flow', { message: 'The closing ] or } is missing' }],
  ['unexpected end of the stream within a verbatim', { message: 'The closing > of a tag is missing' }],
  [
    'unknown escape sequence',
    { message: 'Unknown YAML escape after \\', hint: 'Write a backslash as \\\\.' },
  ],
  ['expected hexadecimal character', { message: 'A hexadecimal digit is missing in an escape' }],
  ['missed comma between flow', { message: 'A comma is missing between two elements', hint: BRACES_HINT }],
  ["expected the node content, but found ','", { message: 'Unexpected comma' }],
  [
    'deficient indentation',
    {
      message:
        'A closing ] or } is missing before this line, or it is indented less than the one it belongs to',
    },
  ],
  ["expected ':' after a mapping key", { message: 'A colon is missing after a field name' }],
  [
    'can not read a block mapping entry',
    { message: 'A colon is missing after a field name, or a continued line is not indented' },
  ],
  ['a whitespace character is expected after', { message: 'A space is missing after the colon' }],
  ['bad indentation of a sequence entry', { message: 'Bad indentation: this is not part of the list above' }],
  [
    'bad indentation of a mapping entry',
    { message: 'Bad indentation: this line is not aligned with the lines above' },
  ],
  ['a line break is expected', { message: 'Text after | or > must begin on the next line' }],
  ['end of the stream or a document', { message: 'Unexpected text after the value' }],
  ['alias node should not', { message: 'An alias cannot have a tag or an anchor' }],
  ['undeclared tag handle', { message: 'Unknown tag', hint: 'Quote strings that begin with !.' }],
];

/** Characters that cannot begin an unquoted string. */
const RESERVED = /^[@`%]/;

/** Converts an error of js-yaml at `position` to a TextFault. */
export function yamlFault(reason: string, position: number, text: string, depth: number): TextFault {
  if (reason.startsWith('nesting exceeded')) {
    return new TextFault('too_deep', `Lists and objects are nested deeper than ${depth} levels`, position);
  }
  const { message, hint } = complaintAt(text, position) ??
    REASONS.find(([beginning]) => reason.startsWith(beginning))?.[1] ?? { message: `YAML: ${reason}` };
  return new TextFault('malformed_yaml', message, position, '', { hint });
}

/** Returns the message for the most common mistakes, recognised by the characters around the position. */
function complaintAt(text: string, position: number): Complaint | undefined {
  const char = text.charAt(position);
  if (RESERVED.test(char) && /(?:^|[\s,[{])$/.test(text.slice(Math.max(0, position - 1), position))) {
    return { message: `An unquoted string cannot begin with ${char}`, hint: QUOTES_HINT };
  }
  const line = text.slice(text.lastIndexOf('\n', position - 1) + 1, position);
  if (char === ':' && /\S:\s+\S/.test(line)) {
    return { message: 'Second ": " on one line', hint: QUOTES_HINT };
  }
  const before = /(["'}\]])[ \t]*$/.exec(line)?.[1];
  if (before !== undefined && char !== '' && /[^\s#,:\]}]/.test(char)) {
    return { message: `Unexpected text after the closing ${before}`, hint: QUOTES_HINT };
  }
  return undefined;
}
