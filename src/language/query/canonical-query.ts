import { canonicalNumber } from '../../domain/json.ts';
import { readStoredQuery } from './parse-query.ts';
import { printQuery } from './print-query.ts';
import { simplify } from './simplify.ts';
import type {
  Argument,
  Call,
  Comparison,
  Expression,
  Method,
  NumberLiteral,
  Query,
  Span,
  StringLiteral,
  Value,
} from './syntax.ts';

/** Returns whether two queries of a monitor type differ at most in spelling. */
export function sameQuery(type: string, a: string, b: string): boolean {
  return a === b || canonicalQuery(type, a) === canonicalQuery(type, b);
}

/**
 * Returns a query in one spelling for all queries that are the same to Datadog: blanks, redundant brackets, plus signs, the order
 * of named arguments, quotes, the notation of numbers. For comparison only: its numbers have exponents.
 */
export function canonicalQuery(type: string, text: string): string {
  return printQuery(canonical(readStoredQuery(type, text.trim())));
}

function canonical(query: Query): Query {
  switch (query.kind) {
    case 'metric':
      return {
        ...query,
        expression: expression(simplify(query.expression)),
        comparison: comparison(query.comparison),
      };
    case 'chain':
      return { ...query, head: call(query.head), comparison: comparison(query.comparison) };
    case 'check':
      return { ...query, check: string(query.check), methods: withScope(query.methods.map(method)) };
    case 'composite':
      return { ...query, expression: simplify(query.expression) };
    case 'opaque':
      return query;
  }
}

function comparison(compared: Comparison | undefined): Comparison | undefined {
  if (compared?.limit.kind !== 'number') return compared;
  return { ...compared, limit: number(compared.limit) };
}

function number(literal: NumberLiteral): NumberLiteral {
  return { ...literal, text: canonicalNumber(literal.text) };
}

/** Sums are traversed in a loop: their left side is as deep as they are long. */
function expression(node: Expression): Expression {
  const sums: Extract<Expression, { kind: 'binary' }>[] = [];
  let first = node;
  for (; first.kind === 'binary'; first = first.left) sums.push(first);
  let left = operand(first);
  for (const sum of sums.toReversed()) left = { ...sum, left, right: expression(sum.right) };
  return left;
}

function operand(node: Expression): Expression {
  switch (node.kind) {
    case 'number':
      return number(node);
    case 'call':
      return call(node);
    case 'series': {
      // A series without an aggregator is averaged.
      const { text: name, span } = node.aggregator ?? { text: 'avg', span: node.span };
      const aggregator = { kind: 'word' as const, text: name, span };
      const groupBy = node.groupBy && { ...node.groupBy, word: { ...node.groupBy.word, text: 'by' } };
      return { ...node, aggregator, groupBy, methods: node.methods.map(method) };
    }
    case 'group':
      return { ...node, inner: expression(node.inner), methods: node.methods.map(method) };
    case 'unary':
      return { ...node, operand: expression(node.operand) };
    case 'word':
    case 'binary':
    case 'unread':
      return node;
  }
}

function call(node: Call): Call {
  return { ...node, args: args(node.args), methods: node.methods.map(method) };
}

/** Returns the methods of a check with the scope and the groups that Datadog assumes if they are missing. */
function withScope(methods: readonly Method[]): Method[] {
  const named = (name: string) => methods.filter((one) => one.name.text === name);
  const others = methods.filter((one) => one.name.text !== 'over' && one.name.text !== 'by');
  const all = (name: string): Method => ({
    kind: 'method',
    name: { kind: 'word', text: name, span: NOWHERE },
    args: [{ kind: 'string', quote: '"', raw: '*', span: NOWHERE }],
    span: NOWHERE,
  });
  const [over, by] = ['over', 'by'].map((name) => (named(name).length > 0 ? named(name) : [all(name)]));
  return [over ?? [], by ?? [], others].flat();
}

/** The place of what is not written. */
const NOWHERE: Span = { from: 0, to: 0 };

/** The methods of an SLO whose windows Datadog compares by their length. */
const WINDOWS: ReadonlySet<string> = new Set(['long_window', 'short_window']);

function method(node: Method): Method {
  const canonicalArgs = args(node.args);
  if (!WINDOWS.has(node.name.text)) return { ...node, args: canonicalArgs };
  return {
    ...node,
    args: canonicalArgs.map((one) => (one.kind === 'string' ? { ...one, raw: minutes(one.raw) } : one)),
  };
}

/** Returns a window in minutes: `2h` is `120m`. */
function minutes(window: string): string {
  const [, count, unit] = /^(\d{1,9})([hd])$/.exec(window) ?? [];
  return count === undefined ? window : `${Number(count) * (unit === 'h' ? 60 : 1440)}m`;
}

/** Returns arguments with the named ones last, by name. */
function args(given: readonly Argument[]): Argument[] {
  const values = given.map(argument);
  const named = values.filter((one) => one.kind === 'named');
  named.sort((a, b) => (a.name.text < b.name.text ? -1 : 1));
  return [...values.filter((one) => one.kind !== 'named'), ...named];
}

function argument(node: Argument): Argument {
  return node.kind === 'named' ? { ...node, value: value(node.value) } : value(node);
}

function value(node: Value): Value {
  return node.kind === 'string' ? string(node) : expression(node);
}

/** Returns a string in double quotes, unless it contains quotes or escapes. */
function string(node: StringLiteral): StringLiteral {
  return /["'\\]/.test(node.raw) ? node : { ...node, quote: '"' };
}
