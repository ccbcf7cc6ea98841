import type { Json } from '../domain/json.ts';
import type { Pointer } from '../domain/pointer.ts';
import { requireSaneNumber, TextFault } from './fault.ts';
import { numberFromSpelling } from './number-spelling.ts';

/** A scanned value, and the offset after it. */
export interface Scanned<T> {
  readonly value: T;
  readonly end: number;
}

const DATE_OR_TIME = /(?:\d{4}-\d{2}-\d{2}(?:[Tt ]\d{2}:\d{2})?|\d{2}:\d{2})[\w:.+-]*/y;
const NOT_FINITE = /[+-]?(?:inf|nan)(?![\w-])/y;
const NUMBER =
  /(?:0x[\da-fA-F](?:_?[\da-fA-F])*|0o[0-7](?:_?[0-7])*|0b[01](?:_?[01])*|[+-]?(?:0|[1-9](?:_?\d)*)(?:\.\d(?:_?\d)*)?(?:[eE][+-]?\d(?:_?\d)*)?)(?![\w.+-])/y;
const BOOLEAN = /(?:true|false)(?![\w-])/y;
const PLAIN_TEXT = {
  '"': /[^"\\\x00-\x08\x0a-\x1f\x7f]*/y,
  "'": /[^'\x00-\x08\x0a-\x1f\x7f]*/y,
} as const;
const LINE_BREAK = /\r?\n/y;
const ESCAPE = /\\(?:([bfnrte"\\])|x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8}))/y;
const LINE_END_ESCAPE = /\\[ \t]*\r?\n(?:[ \t]|\r?\n)*/y;
const ESCAPES: ReadonlyMap<string, string> = new Map<string, string>([
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['e', '\x1b'],
  ['"', '"'],
  ['\\', '\\'],
]);

/** Scans the quoted string at `at`, also a multi-line one if `lines` is set. Line breaks become LF. */
export function scanText(text: string, at: number, lines: boolean, pointer: Pointer): Scanned<string> {
  const quote = text.charAt(at) === '"' ? '"' : "'";
  const long = text.startsWith(quote.repeat(3), at);
  const fail = (message: string, offset: number): never => {
    throw new TextFault('malformed_toml', message, offset, pointer);
  };
  if (long && !lines) fail('A key cannot be a multi-line string', at);
  let end = at + (long ? 3 : 1);
  if (long) end = match(LINE_BREAK, text, end)?.end ?? end;
  let value = '';
  for (;;) {
    const plain = match(PLAIN_TEXT[quote], text, end);
    value += plain?.value[0] ?? '';
    end = plain?.end ?? end;
    const char = text.charAt(end);
    if (char === quote) {
      if (!long) return { value, end: end + 1 };
      const quotes = run(text, end, quote);
      if (quotes >= 3) {
        if (quotes > 5) fail(`There are more than five ${quote} in a row`, end + 5);
        return { value: value + quote.repeat(quotes - 3), end: end + quotes };
      }
      value += quote.repeat(quotes);
      end += quotes;
    } else if (char === '\\') {
      const escape = long
        ? (match(LINE_END_ESCAPE, text, end) ?? scanEscape(text, end, fail))
        : scanEscape(text, end, fail);
      value += typeof escape.value === 'string' ? escape.value : '';
      end = escape.end;
    } else {
      const lineBreak = long ? match(LINE_BREAK, text, end) : undefined;
      if (!lineBreak) return fail(textComplaint(char, quote, long), char === '' ? at : end);
      value += '\n';
      end = lineBreak.end;
    }
  }
}

/** Scans the number, boolean, date or time at `at`. */
export function scanBare(text: string, at: number, pointer: Pointer): Scanned<Json> {
  const boolean = match(BOOLEAN, text, at);
  if (boolean) return { value: boolean.value[0] === 'true', end: boolean.end };
  const date = match(DATE_OR_TIME, text, at);
  if (date) {
    const message = `Datadog takes JSON, which has no dates or times such as ${date.value[0].slice(0, 40)}`;
    throw new TextFault('no_json_form', message, at, pointer, { hint: 'Quote it.' });
  }
  const number = match(NUMBER, text, at);
  if (number) {
    requireSaneNumber(number.end - at, at, pointer);
    return { value: numberFromSpelling(number.value[0].replaceAll('_', '')), end: number.end };
  }
  const word = match(NOT_FINITE, text, at);
  if (word) {
    throw new TextFault(
      'no_json_form',
      `Datadog takes JSON, which has no number ${word.value[0]}`,
      at,
      pointer,
    );
  }
  throw new TextFault('malformed_toml', bareComplaint(text, at), at, pointer);
}

/** Matches a sticky pattern at an offset. */
export function match(pattern: RegExp, text: string, at: number): Scanned<RegExpExecArray> | undefined {
  pattern.lastIndex = at;
  const value = pattern.exec(text);
  return value ? { value, end: pattern.lastIndex } : undefined;
}

function scanEscape(text: string, at: number, fail: (message: string, at: number) => never): Scanned<string> {
  const escape = match(ESCAPE, text, at);
  if (!escape) return fail('Unknown TOML escape: write a backslash as \\\\', at);
  const [, letter, ...codes] = escape.value;
  if (letter !== undefined) return { value: ESCAPES.get(letter) ?? '', end: escape.end };
  const code = Number.parseInt(codes.find((c) => c !== undefined) ?? '', 16);
  if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return fail('Invalid Unicode escape', at);
  return { value: String.fromCodePoint(code), end: escape.end };
}

function run(text: string, at: number, char: string): number {
  let end = at;
  while (end < at + 6 && text.charAt(end) === char) end++;
  return end - at;
}

function textComplaint(char: string, quote: string, long: boolean): string {
  if (char === '') return `The closing ${long ? quote.repeat(3) : quote} is missing`;
  if (char === '\n' || (char === '\r' && !long)) {
    return `Unterminated string: close it on this line, or use ${quote.repeat(3)} for several lines`;
  }
  return 'Unescaped control character in a string: write it as an escape in " "';
}

function bareComplaint(text: string, at: number): string {
  const char = text.charAt(at);
  if (char === '' || char === '\n' || char === '\r' || char === '#') return 'A value is missing';
  if (char === ',' || char === ']' || char === '}' || char === '=')
    return `A value is missing before ${char}`;
  const word = /^[\w.+-]+/.exec(text.slice(at, at + 40))?.[0] ?? '';
  const lower = word.toLowerCase();
  if (lower === 'true' || lower === 'false') return `${word} must be written ${lower}`;
  if (lower === 'null') return 'TOML has no null: remove the field';
  if (/^[+-]?[\d.]/.test(word)) return `${word} is not a number in TOML`;
  return 'A string must be quoted';
}
