import { argumentNumber, argumentText } from '../lint/monitor/argument-text.ts';
import { parseMetricQuery } from '../language/query/parse-query.ts';
import { printExpression } from '../language/query/print-query.ts';
import type { Argument, Binary, Call, Expression, Method, Series } from '../language/query/syntax.ts';
import { nodesIn } from '../language/query/walk-query.ts';
import { DEFAULT_FILL_S, MAX_EXPRESSION_PARTS, MAX_FILL_S } from './choices.ts';
import type { Formula, QueryPlan, Refusal, WindowAggregation } from './condition.ts';

/** A metric query of an expression, before its window is known. */
export interface ReadQuery extends Pick<QueryPlan, 'text' | 'by' | 'modifier' | 'method' | 'aggregation'> {
  /** The bucket of `rollup`, in seconds. */
  readonly rollupS?: number;
}

export interface ReadFormula {
  readonly kind: 'formula';
  readonly formula: Formula;
  readonly queries: readonly ReadQuery[];
}

type MakeFunction = (limit: number) => (value: number) => number;

/** Functions of one value, with the number that is their second argument. A result that is not finite is missing. */
const FUNCTIONS: ReadonlyMap<string, MakeFunction> = new Map<string, MakeFunction>([
  ['abs', () => Math.abs],
  ['log2', () => Math.log2],
  ['log10', () => Math.log10],
  ['exclude_null', () => (value) => value],
  ['clamp_min', (limit) => (value) => (value < limit ? limit : value)],
  ['clamp_max', (limit) => (value) => (value > limit ? limit : value)],
  ['cutoff_min', (limit) => (value) => (value < limit ? Number.NaN : value)],
  ['cutoff_max', (limit) => (value) => (value > limit ? Number.NaN : value)],
]);
const WITH_LIMIT = /^(?:clamp|cutoff)_/;
/** How steps add up from the points of each method of `rollup`. */
const METHODS: ReadonlyMap<string, WindowAggregation> = new Map([
  ['avg', 'avg'],
  ['sum', 'sum'],
  ['min', 'min'],
  ['max', 'max'],
  ['count', 'sum'],
]);
const NOTHING: Formula = { kind: 'constant', value: Number.NaN };

/** Creates a refusal. */
export function refuse(code: string, message: string): Refusal {
  return { kind: 'refused', code, message };
}

/**
 * Reads the expression of a metric query, or a formula over named queries. Refuses functions and methods whose results
 * Datadog does not document well enough.
 */
export function readFormula(
  expression: Expression,
  names?: ReadonlyMap<string, number>,
): ReadFormula | Refusal {
  if (nodesIn(expression).length > MAX_EXPRESSION_PARTS)
    return refuse('large_expression', `The query has more than ${MAX_EXPRESSION_PARTS} parts.`);
  const reader = new FormulaReader(names);
  const formula = reader.read(expression);
  return reader.refusal ?? { kind: 'formula', formula, queries: reader.queries };
}

/** Reads a formula over named queries, such as `query1 / query2 * 100`. */
export function readNamedFormula(text: string, names: ReadonlyMap<string, number>): ReadFormula | Refusal {
  const { expression, faults } = parseMetricQuery(text);
  return faults.length > 0
    ? refuse('query_syntax', `The formula "${text}" has a syntax error.`)
    : readFormula(expression, names);
}

class FormulaReader {
  readonly queries: ReadQuery[] = [];
  refusal: Refusal | undefined;
  readonly #names: ReadonlyMap<string, number> | undefined;

  constructor(names: ReadonlyMap<string, number> | undefined) {
    this.#names = names;
  }

  read(node: Argument): Formula {
    switch (node.kind) {
      case 'number':
        return { kind: 'constant', value: Number(node.text) };
      case 'series':
        return this.#readSeries(node);
      case 'word':
        return this.#readName(node.text);
      case 'call':
        return this.#withFill(this.#readCall(node), node.methods);
      case 'group':
        return this.#withFill(this.read(node.inner), node.methods);
      case 'unary': {
        const right = this.read(node.operand);
        if (node.operator.text !== '-') return right;
        return { kind: 'binary', operator: '-', left: { kind: 'constant', value: 0 }, right };
      }
      case 'binary':
        return this.#readBinary(node);
      default:
        return this.#refuse('query_syntax', `"${printExpression(node)}" is not part of a calculation.`);
    }
  }

  #refuse(code: string, message: string): Formula {
    this.refusal ??= refuse(code, message);
    return NOTHING;
  }

  #readName(name: string): Formula {
    const query = this.#names?.get(name);
    return query === undefined
      ? this.#refuse('query_syntax', `"${name}" is not the name of a query.`)
      : { kind: 'query', query };
  }

  #readBinary({ operator: { text }, left, right }: Binary): Formula {
    if (text !== '+' && text !== '-' && text !== '*' && text !== '/')
      return this.#refuse('operator', `The operator ${text} is not reproduced.`);
    return { kind: 'binary', operator: text, left: this.read(left), right: this.read(right) };
  }

  #readSeries(series: Series): Formula {
    const kept: Method[] = [];
    let modifier: ReadQuery['modifier'] = 'none';
    let method: string | undefined;
    let rollupS: number | undefined;
    for (const written of series.methods) {
      const name = written.name.text;
      if (name !== 'rollup' && name !== 'fill') kept.push(written);
      if (name === 'as_count') modifier = 'count';
      else if (name === 'as_rate') modifier = 'rate';
      else if (name === 'rollup') {
        const [first, second] = written.args;
        const word = argumentText(first) ?? '';
        rollupS = argumentNumber(second) ?? argumentNumber(first);
        if (METHODS.has(word)) method = word;
        else if (argumentNumber(first) === undefined)
          this.#refuse('rollup', `The rollup "${word}" is not reproduced.`);
      } else if (name !== 'fill') this.#refuse(`method:${name}`, `The method ${name} is not reproduced.`);
    }
    if (rollupS !== undefined && !(Number.isInteger(rollupS) && rollupS > 0))
      this.#refuse('rollup', `A rollup of ${rollupS} s is not reproduced.`);
    const asked = method ?? (modifier === 'none' ? 'avg' : 'sum');
    const query = this.queries.push({
      text: printExpression({ ...series, methods: kept }),
      by: (series.groupBy?.keys ?? []).map(({ text }) => text.trim()),
      modifier,
      method: asked,
      aggregation: METHODS.get(asked) ?? 'avg',
      ...(rollupS === undefined ? {} : { rollupS }),
    });
    return this.#withFill(
      { kind: 'query', query: query - 1 },
      series.methods.filter(({ name }) => name.text === 'fill'),
    );
  }

  #readCall({ name: { text: name }, args: [inner, ...rest] }: Call): Formula {
    if (inner === undefined || inner.kind === 'named')
      return this.#refuse('query_syntax', `${name} requires a query.`);
    if (name === 'default_zero') return { kind: 'default_zero', inner: this.read(inner) };
    if (name === 'fill') return this.#fill(this.read(inner), rest);
    const make = FUNCTIONS.get(name);
    const limit = argumentNumber(rest[0]);
    if (!make) return this.#refuse(`function:${name}`, `The function ${name} is not reproduced.`);
    if (WITH_LIMIT.test(name) && limit === undefined)
      return this.#refuse('query_syntax', `${name} requires a number.`);
    return {
      kind: 'function',
      name,
      ...(limit === undefined ? {} : { limit }),
      apply: make(limit ?? Number.NaN),
      inner: this.read(inner),
    };
  }

  #withFill(inner: Formula, methods: readonly Method[]): Formula {
    let filled = inner;
    for (const { name, args } of methods) {
      if (name.text === 'fill') filled = this.#fill(filled, args);
      else this.#refuse(`method:${name.text}`, `The method ${name.text} of an expression is not reproduced.`);
    }
    return filled;
  }

  #fill(inner: Formula, [first, second]: readonly Argument[]): Formula {
    const mode = argumentText(first) ?? '';
    const limitS = argumentNumber(second) ?? DEFAULT_FILL_S;
    if (mode === 'null') return inner;
    if ((mode !== 'last' && mode !== 'linear' && mode !== 'zero') || !(limitS >= 0 && limitS <= MAX_FILL_S))
      return this.#refuse('fill', `The interpolation fill(${mode || '?'}, ${limitS}) is not reproduced.`);
    return { kind: 'fill', mode, limitS, inner };
  }
}
