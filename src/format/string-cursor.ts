import { afterWhiteSpace, isBreak, isWhiteSpace, lineEnd } from './blanks.ts';
import type { Format } from './decoded.ts';

/** The state of reading a string in its source. Offsets in UTF-16 units. */
export interface Cursor {
  /** The offset in the source. */
  at: number;
  /** The offset in the value. */
  read: number;
  /** White space before this source offset is part of the value, because no line break follows it. */
  blanksTo: number;
  /** Whether the cursor is at the line break of an empty line within a fold, which is a line break of the value. */
  inFold: boolean;
  /** Whether the cursor is at the start of a line of a block, before its indentation. */
  atLine: boolean;
  /** Whether the current line of a folded block begins with white space, so that the line breaks around it are kept. */
  spaced: boolean;
}

/**
 * Reads the next unit of a string (a character, an escape, or a line break with the following indentation), and
 * returns the start of the unit. Every step advances `at`, unless the source ends there.
 */
export type Step = (cursor: Cursor) => number;

/** A string style: the start of the first unit, and how units are read. */
export interface Style {
  readonly from: number;
  readonly step: Step;
  /** Whether each line begins with indentation. */
  readonly isBlock: boolean;
}

/** Returns the style of the string at `start`, or undefined if there is no string, for example at a YAML alias. */
export function stringStyle(source: string, format: Format, start: number, value: string): Style | undefined {
  const quote = source.charAt(start);
  const inLine = (from: number, step: Step): Style => ({ from, step, isBlock: false });
  if (format === 'json') return quote === '"' ? inLine(start + 1, escapes(source)) : undefined;
  if (format === 'toml') {
    if (quote !== '"' && quote !== "'") return undefined;
    if (!source.startsWith(quote.repeat(3), start))
      return inLine(start + 1, quote === '"' ? escapes(source) : characters(source));
    const from = afterBreak(source, start + 3);
    return inLine(from, quote === '"' ? tomlLines(source) : characters(source));
  }
  if (quote === '"') return inLine(start + 1, yamlDoubleQuoted(source));
  if (quote === "'") return inLine(start + 1, folded(source, singleQuoted(source)));
  if (quote === '|' || quote === '>') {
    const from = afterBreak(source, lineEnd(source, start));
    const indent = blockIndent(source, from, value);
    return {
      from,
      step: quote === '|' ? literal(source, indent) : foldedBlock(source, indent),
      isBlock: true,
    };
  }
  return quote === '*' ? undefined : inLine(start, folded(source, characters(source)));
}

/** Reads single characters. CR LF is one line break. */
function characters(source: string): Step {
  return (cursor) => {
    const start = cursor.at;
    cursor.at = source.startsWith('\r\n', start) ? start + 2 : start + 1;
    cursor.read += 1;
    return start;
  };
}

function escapes(source: string): Step {
  const character = characters(source);
  return (cursor) => {
    const start = cursor.at;
    if (source.charCodeAt(start) !== BACKSLASH) return character(cursor);
    const kind = source.charAt(start + 1);
    const digits = kind === 'u' ? 4 : kind === 'U' ? 8 : kind === 'x' ? 2 : 0;
    cursor.at = start + 2 + digits;
    // Eight digits can spell a character of two UTF-16 units.
    const isPair = digits === 8 && Number.parseInt(source.slice(start + 2, cursor.at), 16) > 0xffff;
    cursor.read += isPair ? 2 : 1;
    return start;
  };
}

/** Reads TOML's `"""`: a backslash before optional white space and a line break removes all following white space. */
function tomlLines(source: string): Step {
  const escape = escapes(source);
  return (cursor) => {
    const start = cursor.at;
    if (source.charCodeAt(start) !== BACKSLASH || !isBreak(source, afterWhiteSpace(source, start + 1)))
      return escape(cursor);
    cursor.at = afterAllBlanks(source, start + 1);
    return start;
  };
}

/** Reads YAML's `"`: like js-yaml, an escaped line break removes all following empty lines. */
function yamlDoubleQuoted(source: string): Step {
  const escape = escapes(source);
  return folded(source, (cursor) => {
    const start = cursor.at;
    if (source.charCodeAt(start) !== BACKSLASH || !isBreak(source, start + 1)) return escape(cursor);
    cursor.at = afterAllBlanks(source, start + 1);
    return start;
  });
}

function singleQuoted(source: string): Step {
  const character = characters(source);
  return (cursor) => {
    const start = character(cursor);
    if (source.charAt(start) === "'") cursor.at = start + 2;
    return start;
  };
}

/** Reads with YAML's flow folding: one line break becomes a space; of several, the first is dropped. White space around them is dropped. */
function folded(source: string, inner: Step): Step {
  return (cursor) => {
    const start = cursor.at;
    if (!cursor.inFold) {
      if (start < cursor.blanksTo) return inner(cursor);
      const end = afterWhiteSpace(source, start);
      if (!isBreak(source, end)) {
        cursor.blanksTo = end;
        return inner(cursor);
      }
      cursor.at = afterWhiteSpace(source, afterBreak(source, end));
    }
    // The first unit of a fold has its first two line breaks, each other one has one.
    if (isBreak(source, cursor.at)) cursor.at = afterWhiteSpace(source, afterBreak(source, cursor.at));
    cursor.inFold = isBreak(source, cursor.at);
    cursor.read += 1;
    return start;
  };
}

function literal(source: string, indent: number): Step {
  return (cursor) => {
    const start = cursor.atLine ? afterIndent(source, cursor.at, indent) : cursor.at;
    cursor.atLine = isBreak(source, start);
    cursor.at = cursor.atLine ? afterBreak(source, start) : start + 1;
    cursor.read += 1;
    return start;
  };
}

function foldedBlock(source: string, indent: number): Step {
  return (cursor) => {
    const start = cursor.atLine ? afterIndent(source, cursor.at, indent) : cursor.at;
    const isEmptyLine = cursor.atLine;
    cursor.read += 1;
    if (!isBreak(source, start)) {
      if (cursor.atLine) cursor.spaced = isWhiteSpace(source, start);
      cursor.atLine = false;
      cursor.at = start + 1;
      return start;
    }
    const next = afterBreak(source, start);
    cursor.atLine = true;
    cursor.at = isEmptyLine || cursor.spaced ? next : afterFold(source, next, indent);
    return start;
  };
}

/** Returns the offset after the first of the empty lines at `line` if folding drops it, because unspaced text follows. */
function afterFold(source: string, line: number, indent: number): number {
  let [at, first] = [line, line];
  for (;;) {
    const text = afterIndent(source, at, indent);
    if (!isBreak(source, text)) {
      const goesOn = text < source.length && text - at === indent && !isMarker(source, at, indent);
      return goesOn && !isWhiteSpace(source, text) ? first : line;
    }
    at = afterBreak(source, text);
    if (first === line) first = at;
  }
}

/** Returns whether a document marker ends an unindented block here. */
function isMarker(source: string, at: number, indent: number): boolean {
  return indent === 0 && (source.startsWith('---', at) || source.startsWith('...', at));
}

/** Returns the indentation of a block by its first line that is not blank; infinite if all lines are blank. */
function blockIndent(source: string, from: number, value: string): number {
  let first = 0;
  while (first < value.length && ' \n'.includes(value.charAt(first))) first++;
  if (first === value.length) return blankIndent(source, from, value);
  let [at, line] = [from, from];
  for (; at < source.length && (source.charAt(at) === ' ' || isBreak(source, at)); ) {
    if (source.charAt(at) === ' ') at++;
    else at = line = afterBreak(source, at);
  }
  const lead = first === 0 ? 0 : first - (value.lastIndexOf('\n', first - 1) + 1);
  return Math.max(0, at - line - lead);
}

function blankIndent(source: string, from: number, value: string): number {
  let line = from;
  for (const { length } of value.split('\n')) {
    const end = afterIndent(source, line, Number.POSITIVE_INFINITY);
    if (length > 0) return Math.max(0, end - line - length);
    line = afterBreak(source, end);
  }
  return Number.POSITIVE_INFINITY;
}

const BACKSLASH = 0x5c;

function afterBreak(source: string, at: number): number {
  if (!isBreak(source, at)) return at;
  return source.startsWith('\r\n', at) ? at + 2 : at + 1;
}

function afterAllBlanks(source: string, from: number): number {
  let at = from;
  while (isBreak(source, at) || isWhiteSpace(source, at)) at++;
  return at;
}

function afterIndent(source: string, line: number, indent: number): number {
  let at = line;
  while (at - line < indent && source.charCodeAt(at) === 0x20) at++;
  return at;
}
