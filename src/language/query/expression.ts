import { faultMisplacedGroup, readFilter, readGroupBy } from './filter.ts';
import type { Reader } from './reader.ts';
import type { Argument, Call, Expression, Method, Series, Span, Value, Word } from './syntax.ts';

const NUMBER = /\d+(?:\.\d+)?(?:[eE][-+]?\d+)?(?![\w.])/y;
/** Malformed numbers: `.5`, `1.2.3`, `5.` */
const ALMOST_NUMBER = /(?:\d*\.[\d.]*|\d+(?:\.\d+)?[eE][-+]?)(?!\w)/y;
const NAME = /[A-Za-z_@$][\w.@$]*/y;
/** A metric name. A method call after a dot is not part of it. */
const METRIC = /[A-Za-z_@$][\w@$]*(?:\.(?![A-Za-z_]\w*\s*\()[\w@$]*)*/y;
/** An unquoted duration (`10d`, `5m_ago`), or an invalid metric name that starts with a digit. */
const DURATION = /\d+[A-Za-z_][\w.]*/y;
/** An aggregator of a distribution: `count(v: v<=5):`. */
const COUNT_OF = /count\(\s{0,9}v:[^(){}"']{0,99}\)(?=:)/y;
const METHOD = /\.[ \t]*[A-Za-z_]\w*(?=\s*\()/y;
const SUM = /[+-]/y;
const PRODUCT = /[*/%^]/y;
const REPEATED_OPERATOR = /[*/%^]/y;
/** The maximum nesting of an expression. */
const MAX_DEPTH = 100;

/** Parses a sum of products of series, calls, numbers and names. */
export function readExpression(reader: Reader, depth = 0): Expression {
  let left = readProduct(reader, depth);
  for (let operator = reader.take(SUM); operator; operator = reader.take(SUM)) {
    const right = readProduct(reader, depth);
    left = { kind: 'binary', operator, left, right, span: around(left.span, right.span) };
  }
  return left;
}

function readProduct(reader: Reader, depth: number): Expression {
  let left = readOperand(reader, depth);
  for (let operator = reader.take(PRODUCT); operator; operator = reader.take(PRODUCT)) {
    const twice = reader.take(REPEATED_OPERATOR);
    if (twice) reader.fault('doubled', around(operator.span, twice.span), operator.text);
    const right = readOperand(reader, depth);
    left = { kind: 'binary', operator, left, right, span: around(left.span, right.span) };
  }
  return left;
}

function readOperand(reader: Reader, depth: number): Expression {
  const from = (reader.skipBlanks(), reader.at);
  if (depth > MAX_DEPTH) return unread(reader, 'fewer brackets');
  const sign = reader.take(SUM);
  if (sign) {
    const operand = readOperand(reader, depth + 1);
    return { kind: 'unary', operator: sign, operand, span: { from, to: reader.at } };
  }
  if (reader.peek() === '(') return readGroup(reader, depth);
  const number = reader.take(NUMBER);
  if (number) return { kind: 'number', text: number.text, span: number.span };
  const counted = reader.take(COUNT_OF);
  if (counted) return readSeries(reader, counted, depth);
  const name = reader.take(NAME) ?? reader.take(DURATION);
  if (name) return readNamed(reader, name, depth);
  const almost = reader.take(ALMOST_NUMBER);
  if (almost) {
    reader.fault('bad_number', almost.span, almost.text);
    return { kind: 'number', text: almost.text, span: almost.span };
  }
  return unread(reader, 'a metric, a function or a number');
}

function readGroup(reader: Reader, depth: number): Expression {
  const from = reader.at;
  reader.takeSign('(');
  const inner = readExpression(reader, depth + 1);
  close(reader, from);
  const methods = readMethods(reader, depth);
  return { kind: 'group', inner, methods, span: { from, to: reader.at } };
}

/** Parses a name, and the call or series that it may start. */
function readNamed(reader: Reader, name: Word, depth: number): Expression {
  const next = reader.peek();
  if (next === '(') return readCall(reader, name, depth);
  if (next === ':' || next === '{') return readSeries(reader, name, depth);
  return name;
}

/** Parses `(arguments).method()...` after a name. */
export function readCall(reader: Reader, name: Word, depth: number, isSearch = false): Call {
  const args = readArguments(reader, depth + 1, isSearch);
  const methods = readMethods(reader, depth);
  return { kind: 'call', name, args, methods, span: { from: name.span.from, to: reader.at } };
}

function readSeries(reader: Reader, first: Word, depth: number): Series {
  const aggregated = reader.peek() === ':';
  if (aggregated) reader.takeSign(':');
  const metric = aggregated ? (reader.take(METRIC) ?? reader.take(DURATION)) : first;
  if (!metric) reader.faultHere('missing', 'a metric');
  const filter = readFilter(reader);
  if (!filter && metric) reader.fault('missing', { from: metric.span.to, to: metric.span.to }, '{*}');
  const groupBy = readGroupBy(reader);
  const methods = readMethods(reader, depth);
  if (!groupBy && faultMisplacedGroup(reader, methods)) readMethods(reader, depth);
  return {
    kind: 'series',
    aggregator: aggregated ? first : undefined,
    metric: metric ?? { kind: 'word', text: '', span: { from: reader.at, to: reader.at } },
    filter,
    groupBy,
    methods,
    span: { from: first.span.from, to: reader.at },
  };
}

/** Parses any number of `.name(arguments)`. */
export function readMethods(reader: Reader, depth = 0): Method[] {
  const methods: Method[] = [];
  for (let dotted = reader.take(METHOD); dotted; dotted = reader.take(METHOD)) {
    const text = dotted.text.replace(/^\.\s*/, '');
    const name: Word = {
      kind: 'word',
      text,
      span: { from: dotted.span.to - text.length, to: dotted.span.to },
    };
    const args = readArguments(reader, depth + 1);
    methods.push({ kind: 'method', name, args, span: { from: dotted.span.from, to: reader.at } });
  }
  return methods;
}

function readArguments(reader: Reader, depth: number, isSearch = false): Argument[] {
  const open = (reader.skipBlanks(), reader.at);
  reader.takeSign('(');
  const args: Argument[] = [];
  if (reader.takeSign(')')) return args;
  do
    args.push(
      (isSearch && args.length === 0 ? reader.takeSearch() : undefined) ?? readArgument(reader, depth),
    );
  while (reader.takeSign(','));
  close(reader, open, args.at(-1));
  return args;
}

function readArgument(reader: Reader, depth: number): Argument {
  const value = readValue(reader, depth);
  if (value.kind !== 'word' || reader.peek() !== '=' || reader.startsWith('==')) return value;
  reader.takeSign('=');
  const given = readValue(reader, depth);
  return { kind: 'named', name: value, value: given, span: around(value.span, given.span) };
}

function readValue(reader: Reader, depth: number): Value {
  return reader.takeString() ?? readExpression(reader, depth);
}

/** Takes a closing bracket. Unexpected text before it, after the `last` argument, is one fault; a missing bracket is another. */
function close(reader: Reader, open: number, last?: Argument): void {
  if (reader.takeSign(')')) return;
  const from = reader.at;
  const at = reader.closing(from);
  if (at === undefined) {
    reader.fault('unclosed', { from: open, to: open + 1 }, '(');
    return;
  }
  // Text directly after a string means that its quotes are unbalanced.
  if (last?.kind === 'string' && last.span.to === from) reader.fault('uneven_quotes', last.span, last.quote);
  else reader.fault('unexpected', { from, to: at }, reader.text.slice(from, at));
  reader.move(at + 1 - from);
}

function unread(reader: Reader, missing: string): Expression {
  const from = reader.at;
  reader.faultHere('missing', missing);
  return { kind: 'unread', text: '', span: { from, to: from } };
}

function around(first: Span, last: Span): Span {
  return { from: first.from, to: last.to };
}
