import { isObject, numberText, type Json, type JsonObject } from '../domain/json.ts';

const INDENT = '  ';
/** Words that some YAML parsers do not read as strings. */
const WORDS = new Set(['null', 'true', 'false', 'yes', 'no', 'on', 'off', 'y', 'n', 'nan', 'inf']);
const MAX_WORD = 5;
/** Durations such as `5m`: the only strings with a digit first that are not quoted. No YAML parser reads one as a number. */
const DURATION = /^[1-9][0-9]{0,5}(?:[smhdw]|mo)$/;
/** Characters that YAML requires to be escaped in quotes and JSON does not. */
const UNPRINTABLE = /[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]/g;

/**
 * Prints a value as a YAML 1.2 document that parses to the same value, with the original spelling of numbers.
 * Multi-line strings are block scalars; ambiguous strings are quoted.
 */
export function printYaml(value: Json): string {
  return `${node(value, '').replace(/^[ \n]/, '')}\n`;
}

/** Prints a value as YAML on one line: `{critical: 5, tags: ["env:prod"]}`. */
export function printFlow(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(printFlow).join(', ')}]`;
  if (isObject(value))
    return `{${Object.entries(value)
      .map(([name, member]) => `${line(name)}: ${printFlow(member)}`)
      .join(', ')}}`;
  return typeof value === 'string' ? line(value) : (numberText(value) ?? String(value));
}

/** Prints what follows `-` or `name:`: a value on the same line, or a block on the following lines. */
export function node(value: Json, indent: string): string {
  if (Array.isArray(value)) return value.length === 0 ? ' []' : `\n${list(value, indent)}`;
  if (isObject(value)) return Object.keys(value).length === 0 ? ' {}' : `\n${object(value, indent)}`;
  if (typeof value === 'string') return ` ${text(value, indent === '' ? INDENT : indent)}`;
  return ` ${numberText(value) ?? String(value)}`;
}

function list(items: readonly Json[], indent: string): string {
  return items
    .map((item) => {
      const below = node(item, indent + INDENT);
      return `${indent}-${below.startsWith('\n') ? ` ${below.slice(1 + indent.length + INDENT.length)}` : below}`;
    })
    .join('\n');
}

function object(members: JsonObject, indent: string): string {
  return Object.entries(members)
    .map(([name, value]) => `${indent}${line(name)}:${node(value, indent + INDENT)}`)
    .join('\n');
}

/** Prints a string, as a block scalar if it has several lines and a block can represent it. */
export function text(value: string, indent: string): string {
  if (!value.includes('\n') || !fitsBlock(value)) return isPlainInBlock(value) ? value : line(value);
  const ends = value.length - beforeNewlines(value);
  const chomping = ends === 0 ? '-' : ends === 1 ? '' : '+';
  const lines = (ends === 0 ? value : value.slice(0, -1)).split('\n');
  return `|${chomping}\n${lines.map((each) => (each === '' ? '' : indent + each)).join('\n')}`;
}

/** Prints a string on one line, in double quotes if it would be ambiguous. */
export function line(value: string): string {
  if (isPlain(value) && !isWord(value)) return value;
  return JSON.stringify(value).replace(
    UNPRINTABLE,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Returns the end of a string without trailing newlines. */
export function beforeNewlines(value: string): number {
  let end = value.length;
  while (value.charAt(end - 1) === '\n') end--;
  return end;
}

/**
 * Returns whether an unquoted string is a string in YAML 1.1 and 1.2, in any context: words of letters, digits and `_./@-`,
 * separated by single spaces, with `()` from the second word on, and colons only before a letter or digit.
 */
function isPlain(value: string): boolean {
  if (DURATION.test(value)) return true;
  if (!isWordCode(value.charCodeAt(0), '_/') || isDigit(value.charCodeAt(0))) return false;
  let isFirst = true;
  for (let at = 1; at < value.length; at++) {
    const code = value.charCodeAt(at);
    if (isWordCode(code, isFirst ? '_./@-' : '_./@-()')) continue;
    const next = value.charCodeAt(at + 1);
    if (code === COLON && isWordCode(next, '_')) continue;
    if (code !== SPACE || !(isWordCode(next, '_./@-()') || next === COLON)) return false;
    isFirst = false;
  }
  return true;
}

/**
 * Returns whether an unquoted one-line string is a string in YAML 1.1 and 1.2 as a value in a block, where brackets, braces and
 * operators of queries need no quotes: it begins with a letter, `_`, `/` or `(` and contains no start of a comment or value.
 */
function isPlainInBlock(value: string): boolean {
  if (DURATION.test(value)) return true;
  if (!PLAIN_START.test(value) || UNBLOCKED.test(value) || /[\t\n]|: | #|[\s:]$/.test(value)) return false;
  return value.isWellFormed() && !isWord(value);
}

function isWord(value: string): boolean {
  return value.length <= MAX_WORD && WORDS.has(value.toLowerCase());
}

/** Returns whether a code is an ASCII letter or digit, or one of some additional characters; false for NaN. */
function isWordCode(code: number, conditions: string): boolean {
  const isLetter = (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a);
  return isLetter || isDigit(code) || (code > 0 && conditions.includes(String.fromCharCode(code)));
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

/**
 * Returns whether a block scalar can represent a multi-line string: all characters are printable, the first line is neither
 * blank nor indented, and the last is not blank.
 */
function fitsBlock(value: string): boolean {
  if (!/^\S/.test(value) || UNBLOCKED.test(value) || !value.isWellFormed()) return false;
  let end = value.length;
  while (value.charAt(end - 1) === ' ' || value.charAt(end - 1) === '\t') end--;
  return end === value.length || value.charAt(end - 1) !== '\n';
}

const PLAIN_START = /^[A-Za-z_/(]/;
const COLON = 0x3a;
const SPACE = 0x20;
/** Characters that a block scalar cannot contain: control characters, and line breaks other than LF. */
const UNBLOCKED = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]/;
