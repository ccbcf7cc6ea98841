import { TextFault } from './fault.ts';

export const BRACES_HINT = 'Text that begins with { or [ must stand in quotes.';
export const STAR_HINT = 'Text that begins with * must stand in quotes.';
const QUOTES_HINT = 'Put the whole text in quotes.';

interface Complaint {
  readonly message: string;
  readonly hint?: string;
}

/** What js-yaml says (by its beginning), in words for the one who wrote the text. Where several fit, the first. */
const REASONS: readonly (readonly [string, Complaint])[] = [
  ['null byte', { message: 'There is a NUL character' }],
  ['the stream contains non-printable', { message: 'There is a control character outside double quotes' }],
  ['expected valid JSON character', { message: 'There is a control character inside quotes' }],
  [
    'tab characters must not',
    { message: 'A tab stands in the indentation', hint: 'Indent with spaces: YAML allows no tabs there.' },
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
    { message: 'YAML knows no such escape after \\', hint: 'Write a backslash as \\\\.' },
  ],
  ['expected hexadecimal character', { message: 'A hexadecimal digit is missing in an escape' }],
  ['missed comma between flow', { message: 'A comma is missing between two items', hint: BRACES_HINT }],
  ["expected the node content, but found ','", { message: 'There is one comma too many' }],
  [
    'deficient indentation',
    {
      message:
        'A closing ] or } is missing before this line, or it is indented less than the one it belongs to',
    },
  ],
  ["expected ':' after a mapping key", { message: 'A colon is missing after the name of a member' }],
  [
    'can not read a block mapping entry',
    { message: 'A colon is missing after the name of a member, or text goes on without being indented' },
  ],
  ['a whitespace character is expected after', { message: 'A space is missing after the colon' }],
  ['bad indentation of a sequence entry', { message: 'This does not belong to the list before it' }],
  ['bad indentation of a mapping entry', { message: 'This line is not indented as the lines before it' }],
  ['a line break is expected', { message: 'Text after | or > must begin on the next line' }],
  ['end of the stream or a document', { message: 'This does not belong to what stands before it' }],
  ['alias node should not', { message: 'An alias cannot have a tag or an anchor' }],
  [
    'undeclared tag handle',
    { message: 'The tag is not known', hint: 'Text that begins with ! must stand in quotes.' },
  ],
];

/** What is wrong, by the character where js-yaml stopped: these are not allowed where a plain text begins. */
const RESERVED = /^[@`%]/;

/** A fault of js-yaml's parser at `position` as ours. */
export function yamlFault(reason: string, position: number, text: string, depth: number): TextFault {
  if (reason.startsWith('nesting exceeded')) {
    return new TextFault('too_deep', `Lists and objects are nested more than ${depth} deep`, position);
  }
  const { message, hint } = complaintAt(text, position) ??
    REASONS.find(([beginning]) => reason.startsWith(beginning))?.[1] ?? { message: `YAML: ${reason}` };
  return new TextFault('malformed_yaml', message, position, '', { hint });
}

/** The mistakes that people make most, told by what stands around the place. */
function complaintAt(text: string, position: number): Complaint | undefined {
  const char = text.charAt(position);
  if (RESERVED.test(char) && /(?:^|[\s,[{])$/.test(text.slice(Math.max(0, position - 1), position))) {
    return { message: `Text may not begin with ${char}`, hint: QUOTES_HINT };
  }
  const line = text.slice(text.lastIndexOf('\n', position - 1) + 1, position);
  if (char === ':' && /\S:\s+\S/.test(line)) {
    return { message: 'A second ": " stands on one line', hint: QUOTES_HINT };
  }
  const before = /(["'}\]])[ \t]*$/.exec(line)?.[1];
  if (before !== undefined && char !== '' && /[^\s#,:\]}]/.test(char)) {
    return { message: `There is more text after the closing ${before}`, hint: QUOTES_HINT };
  }
  return undefined;
}
