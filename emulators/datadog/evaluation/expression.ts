import type { EventQuery } from '../metrics/event-queries.ts';
import { type MetricQuery, parseMetricQuery } from '../metrics/metric-query.ts';

/** One metric query of a monitor. */
export interface Term extends MetricQuery {
  /** True in `default_zero(...)`: steps without a value are 0. */
  readonly zeroed: boolean;
  /** The search whose events are counted or measured in place of a metric. */
  readonly search?: EventQuery;
}

/** Arithmetic over the metric queries of a monitor. */
export type Expression =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'term'; readonly term: Term }
  | { readonly kind: 'abs' | 'negative'; readonly of: Expression }
  | { readonly kind: '+' | '-' | '*' | '/'; readonly left: Expression; readonly right: Expression };

const QUERY = /\s*((?:\w+:)?[A-Za-z][\w.]*\{[^{}]*\}(?:\s*by\s*\{[^{}]*\})?(?:\.\w+\([^()]*\))*)/y;
const NUMBER = /\s*(\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)/y;
const FUNCTION = /\s*([a-z_]+)\s*\(/y;
const SIGN = /\s*([-+*/()])/y;
const MODIFIERS = new Set(['as_count', 'as_rate', 'rollup', 'fill']);

/** Parses an expression; returns undefined if a part of it is not supported. */
export function parseExpression(text: string): Expression | undefined {
  const parser = new Parser(text);
  const found = parser.sum();
  return parser.isAtEnd ? found : undefined;
}

/** Returns the metric queries of an expression, from left to right. */
export function termsOf(expression: Expression): Term[] {
  if (expression.kind === 'number') return [];
  if (expression.kind === 'term') return [expression.term];
  if ('of' in expression) return termsOf(expression.of);
  return [...termsOf(expression.left), ...termsOf(expression.right)];
}

/** Returns the value of an expression; undefined if a query has none, NaN or infinite for a division by 0. */
export function valueOf(
  expression: Expression,
  lookup: (term: Term) => number | undefined,
): number | undefined {
  if (expression.kind === 'number') return expression.value;
  if (expression.kind === 'term') return lookup(expression.term);
  if ('of' in expression) {
    const value = valueOf(expression.of, lookup);
    if (value === undefined) return undefined;
    return expression.kind === 'abs' ? Math.abs(value) : -value;
  }
  const [left, right] = [valueOf(expression.left, lookup), valueOf(expression.right, lookup)];
  if (left === undefined || right === undefined) return undefined;
  if (expression.kind === '+') return left + right;
  if (expression.kind === '-') return left - right;
  return expression.kind === '*' ? left * right : left / right;
}

class Parser {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text.trim();
  }

  get isAtEnd(): boolean {
    return this.#at === this.#text.length;
  }

  sum(): Expression | undefined {
    let left = this.#product();
    for (let sign = this.#sign('+', '-'); left && sign; sign = this.#sign('+', '-')) {
      const right = this.#product();
      left = right && { kind: sign, left, right };
    }
    return left;
  }

  #product(): Expression | undefined {
    let left = this.#operand();
    for (let sign = this.#sign('*', '/'); left && sign; sign = this.#sign('*', '/')) {
      const right = this.#operand();
      left = right && { kind: sign, left, right };
    }
    return left;
  }

  #operand(): Expression | undefined {
    const query = this.#take(QUERY);
    if (query !== undefined) return termIn(query);
    const number = this.#take(NUMBER);
    if (number !== undefined) return { kind: 'number', value: Number(number) };
    const name = this.#take(FUNCTION);
    if (name !== undefined) return this.#call(name);
    if (this.#sign('-')) {
      const of = this.#operand();
      return of && { kind: 'negative', of };
    }
    return this.#sign('(') ? this.#closed() : undefined;
  }

  #call(name: string): Expression | undefined {
    const of = this.#closed();
    if (!of) return undefined;
    if (name === 'abs') return { kind: 'abs', of };
    return name === 'default_zero' && of.kind === 'term'
      ? { kind: 'term', term: { ...of.term, zeroed: true } }
      : undefined;
  }

  #closed(): Expression | undefined {
    const inner = this.sum();
    return this.#sign(')') ? inner : undefined;
  }

  #sign<Sign extends string>(...accepted: readonly Sign[]): Sign | undefined {
    const before = this.#at;
    const found = this.#take(SIGN);
    const sign = accepted.find((one) => one === found);
    if (sign === undefined) this.#at = before;
    return sign;
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (!found) return undefined;
    this.#at = pattern.lastIndex;
    return found[1];
  }
}

function termIn(text: string): Expression | undefined {
  const query = parseMetricQuery(text);
  const names = [...text.matchAll(/\.(\w+)\(/g)].map(([, name = '']) => name);
  if (!query || names.some((name) => !MODIFIERS.has(name))) return undefined;
  return { kind: 'term', term: { ...query, zeroed: false } };
}
