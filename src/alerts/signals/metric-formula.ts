import { type JsonObject, printJson } from '../../domain/json.ts';
import { parseMetricQuery } from '../../language/query/parse-query.ts';
import { printExpression } from '../../language/query/print-query.ts';
import { simplify } from '../../language/query/simplify.ts';
import type { Argument, Binary, Expression, Word } from '../../language/query/syntax.ts';
import { decimalText } from '../numbers.ts';
import type { Formula, FormulaForm } from './formula-form.ts';
import { METRIC, readMetric } from './metric.ts';

/** Formulas of metrics: the query contains the series themselves. */
export const METRIC_FORMULA: FormulaForm = {
  noun: 'metrics',
  has: (signal) => Object.hasOwn(signal, METRIC.name),
  compile({ expr, signals }) {
    const measured = new Map([...signals].map(([name, signal]) => [name, METRIC.compile(signal)]));
    const texts = new Map(
      [...measured].map(([name, one]) => [name, one.form === 'metric' ? one.expression : '']),
    );
    const parts = [...measured.values()].flatMap((one) => (one.form === 'metric' ? one : []));
    return {
      form: 'metric',
      type: 'query alert',
      expression: printExpression(
        simplify(
          replaced(expr, (node) => {
            const text = node.kind === 'word' ? texts.get(node.text) : undefined;
            return text === undefined ? undefined : { kind: 'word', text, span: node.span };
          }),
        ),
      ),
      counts: parts.some(({ counts }) => counts),
      by: [...new Set(parts.flatMap(({ by }) => by))],
    };
  },
  read: (reading) => (reading.form === 'metric' ? readFormula(reading.expression, reading.text) : undefined),
  canonical(formula) {
    const measured = METRIC_FORMULA.compile(formula);
    const text = measured.form === 'metric' ? measured.expression : '';
    return readFormula(parseMetricQuery(text).expression, text) ?? formula;
  },
  canDivide: (of, to) => of['as'] === 'count' && to['as'] === 'count',
  isTransparent: true,
  keepsUnused: false,
  check(parts, report) {
    for (const [path, signal] of parts)
      METRIC.check(signal, (at, ...rest) => {
        report([...path, ...at], ...rest);
      });
  },
};

/**
 * Splits an expression into its series, each with the functions around it, and a calculation with their names. Undefined if it
 * has words that are not series.
 */
function readFormula(expression: Expression, text: string): Formula | undefined {
  let hasOtherWords = false;
  const signals = new Map<string, JsonObject>();
  const names = new Map<string, string>();
  const expr = replaced(expression, (node): Word | undefined => {
    const read = readMetric(node, text);
    if (!read) {
      hasOtherWords ||= node.kind === 'word';
      return undefined;
    }
    const signal = METRIC.schema.safeParse(read).success ? METRIC.canonical(read) : read;
    const spelling = printJson(signal);
    const name = names.get(spelling) ?? nameAt(names.size);
    names.set(spelling, name);
    signals.set(name, signal);
    return { kind: 'word', text: name, span: node.span };
  });
  return hasOtherWords ? undefined : { expr: simplify(expr), signals };
}

/** The names of signals in the order of their use: a, b, ..., z, a1, b1, ... */
function nameAt(index: number): string {
  const round = Math.floor(index / 26);
  return `${String.fromCharCode(97 + (index % 26))}${round === 0 ? '' : round}`;
}

type Replace = (node: Expression) => Expression | undefined;

/** Returns an expression in which parts are replaced, the outermost first, and numbers are plain decimals. */
export function replaced(node: Expression, replace: Replace = () => undefined): Expression {
  const sums: Binary[] = [];
  let first = node;
  for (; first.kind === 'binary'; first = first.left) sums.push(first);
  let left = replacedOperand(first, replace);
  for (const sum of sums.toReversed()) left = { ...sum, left, right: replaced(sum.right, replace) };
  return left;
}

function replacedOperand(node: Expression, replace: Replace): Expression {
  const other = replace(node);
  if (other) return other;
  switch (node.kind) {
    case 'call':
      return { ...node, args: node.args.map((one) => replacedArgument(one, replace)) };
    case 'group':
      return { ...node, inner: replaced(node.inner, replace) };
    case 'unary':
      return { ...node, operand: replaced(node.operand, replace) };
    case 'number':
      return { ...node, text: decimalText(node.text) };
    case 'series':
    case 'word':
    case 'binary':
    case 'unread':
      return node;
  }
}

function replacedArgument(node: Argument, replace: Replace): Argument {
  if (node.kind === 'string') return node;
  if (node.kind !== 'named') return replaced(node, replace);
  const { value } = node;
  return value.kind === 'string' ? node : { ...node, value: replaced(value, replace) };
}
