import type { Reader } from './reader.ts';
import type { Filter, FilterTerm, GroupBy, Method, Span, Word } from './syntax.ts';

const TAG = /[^\s{}(),!][^\s{}(),]*(?:\([^\s{}()]*\)[^\s{}(),]*)*/y;
const KEY = /[^\s{}(),:!]+(?=\s+(?:NOT\s+)?IN\s*\()/iy;
const IN = /(?:NOT\s+)?IN(?=\s*\()/iy;
const NOT = /!|NOT(?=[\s(])/iy;
const AND = /,|AND(?=[\s(])/iy;
const OR = /OR(?=[\s(])/iy;
/** A value that follows `key:` after spaces. */
const APART = /\s+[^\s{}(),:!]+(?=\s*[},)])/y;
const KEYWORD = /^(?:AND|OR|NOT|IN)$/i;
const VALUE = /[^\s{}(),]+/y;
const BY = /by(?=\s*\{)/iy;
/** Group keys without braces: `by host, env`. */
const BARE_KEYS = /by\s+[A-Za-z_][\w.-]*(?:\s*,\s*[A-Za-z_][\w.-]*)*/iy;
/** The maximum nesting of a filter. Real filters are less deep. */
const MAX_DEPTH = 50;

/** Parses `{filter}`; undefined if there is no opening brace. */
export function readFilter(reader: Reader): Filter | undefined {
  reader.skipBlanks();
  const from = reader.at;
  if (!reader.takeSign('{')) return undefined;
  const terms = reader.peek() === '}' ? undefined : either(reader, 0);
  if (terms === undefined) reader.fault('missing', { from, to: from + 1 }, 'a scope');
  closeBrace(reader, from);
  return { kind: 'filter', terms, span: { from, to: reader.at } };
}

/** Parses `by {keys}`; undefined if absent. */
export function readGroupBy(reader: Reader): GroupBy | undefined {
  const word = reader.take(BY);
  if (!word) return undefined;
  const open = reader.peek() === '{' ? reader.at : word.span.to;
  reader.takeSign('{');
  const keys: Word[] = [];
  do {
    const key = reader.take(VALUE);
    if (key) keys.push(paired(reader, key));
    else reader.faultHere('missing', 'a tag key');
  } while (reader.takeSign(','));
  closeBrace(reader, open);
  return { kind: 'by', word, keys, span: { from: word.span.from, to: reader.at } };
}

/** Takes a group after the methods of a series, or without braces, as one fault. Returns whether there is one. */
export function faultMisplacedGroup(reader: Reader, methods: readonly Method[]): boolean {
  const from = (reader.skipBlanks(), reader.at);
  const group = readGroupBy(reader);
  if (group) {
    const written = reader.text.slice(from, reader.at).trimEnd();
    reader.fault(
      'late_group',
      { from, to: from + written.length },
      `${written} .${methods[0]?.name.text ?? ''}()`,
    );
    return true;
  }
  const bare = reader.take(BARE_KEYS);
  if (bare) reader.fault('bare_group', bare.span, bare.text.replace(/^by\s+/i, ''));
  return bare !== undefined;
}

/** Takes a closing brace. Unexpected text before it is one fault; a missing brace is another. */
function closeBrace(reader: Reader, open: number): void {
  if (reader.takeSign('}')) return;
  const close = reader.find('}');
  const inner = reader.find('{');
  if (close === undefined || (inner !== undefined && inner < close)) {
    reader.fault('unclosed', { from: open, to: open + 1 }, '{');
    return;
  }
  reader.fault('unexpected', { from: reader.at, to: close }, reader.text.slice(reader.at, close));
  reader.move(close + 1 - reader.at);
}

function either(reader: Reader, depth: number): FilterTerm {
  let left = both(reader, depth);
  for (let operator = reader.take(OR); operator; operator = reader.take(OR)) {
    const right = both(reader, depth);
    left = { kind: 'both', operator, left, right, span: around(left.span, right.span) };
  }
  return left;
}

function both(reader: Reader, depth: number): FilterTerm {
  let left = item(reader, depth);
  for (let operator = reader.take(AND); operator; operator = reader.take(AND)) {
    const right = item(reader, depth);
    left = { kind: 'both', operator, left, right, span: around(left.span, right.span) };
  }
  return left;
}

function item(reader: Reader, depth: number): FilterTerm {
  const from = (reader.skipBlanks(), reader.at);
  if (depth > MAX_DEPTH) return unread(reader, from);
  const operator = reader.take(NOT);
  if (operator) {
    const term = item(reader, depth + 1);
    return { kind: 'not', operator, term, span: { from, to: reader.at } };
  }
  if (reader.takeSign('(')) {
    const inner = either(reader, depth + 1);
    if (!reader.takeSign(')')) reader.fault('unclosed', { from, to: from + 1 }, '(');
    return { kind: 'filter-group', inner, span: { from, to: reader.at } };
  }
  const key = reader.take(KEY);
  if (key) return list(reader, paired(reader, key));
  const tag = reader.take(TAG);
  if (tag && KEYWORD.test(tag.text)) return misplaced(reader, tag, depth);
  if (tag) return tagOf(reader, paired(reader, tag));
  return unread(reader, from);
}

/** Reports an operator in place of a tag, and continues with its operand. */
function misplaced(reader: Reader, { text, span }: Word, depth: number): FilterTerm {
  reader.fault('unexpected', span, text);
  const ends = '},)'.includes(reader.peek());
  return ends ? { kind: 'unread', text, span } : item(reader, depth + 1);
}

/** Parses a tag, with optional spaces before its value: `servicename: ec2`. */
function tagOf(reader: Reader, { text, span }: Word): FilterTerm {
  const value = text.endsWith(':') ? reader.takeHere(APART) : undefined;
  if (!value) return { kind: 'tag', text, span };
  return { kind: 'tag', text: text + value.text, span: around(span, value.span) };
}

function list(reader: Reader, key: Word): FilterTerm {
  const operator = reader.take(IN) ?? key;
  const open = (reader.skipBlanks(), reader.at);
  reader.takeSign('(');
  const values: Word[] = [];
  do {
    const value = reader.take(VALUE);
    if (value) values.push(paired(reader, value));
    else reader.faultHere('missing', 'a value');
  } while (reader.takeSign(','));
  if (!reader.takeSign(')')) reader.fault('unclosed', { from: open, to: open + 1 }, '(');
  return { kind: 'in', key, operator, values, span: { from: key.span.from, to: reader.at } };
}

/** Parses a word. An unclosed quote in it is a fault. */
function paired(reader: Reader, word: Word): Word {
  const at = /^[^"']*(["'])(?!.*\1)/.exec(word.text)?.[0].length;
  if (at === undefined) return word;
  const to = word.span.from + at;
  reader.fault('unexpected', { from: to - 1, to }, word.text.charAt(at - 1));
  return word;
}

function unread(reader: Reader, from: number): FilterTerm {
  reader.faultHere('missing', 'a tag');
  return { kind: 'unread', text: '', span: { from, to: from } };
}

function around(first: Span, last: Span): Span {
  return { from: first.from, to: last.to };
}
