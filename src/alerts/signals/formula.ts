import { z } from 'zod';
import { isObject, type Json, type JsonObject } from '../../domain/json.ts';
import { nonEmptyText } from '../../domain/schema-parts.ts';
import { parseMetricQuery } from '../../language/query/parse-query.ts';
import { printExpression } from '../../language/query/print-query.ts';
import { simplify } from '../../language/query/simplify.ts';
import { nodesIn } from '../../language/query/walk-query.ts';
import { namesInHint, type Reading, type Report, type SignalKind } from '../kinds.ts';
import type { Formula, FormulaForm, Part } from './formula-form.ts';
import { LEAVES, leafSchema } from './leaves.ts';
import { FUNCTIONS_OF_CONDITIONS } from './metric.ts';
import { METRIC_FORMULA } from './metric-formula.ts';
import { SEARCH_FORMULA } from './search-formula.ts';

/** The forms of formulas and ratios, in the order in which a monitor is read. */
const FORMS: readonly FormulaForm[] = [METRIC_FORMULA, SEARCH_FORMULA];

const NAME = /^[A-Za-z_]\w{0,49}$/;

const NOT_COMBINABLE = 'must combine metrics only, or searches only';

/** A calculation with signals. */
export const FORMULA: SignalKind = {
  name: 'formula',
  schema: z.strictObject({
    formula: z
      .strictObject({
        expr: nonEmptyText.meta({
          description: "The calculation with the names of the signals. It may contain Datadog's functions.",
          examples: ['100 * a / (a + b)', 'default_zero(a / b)'],
        }),
        signals: z
          .record(z.string(), leafSchema)
          .meta({ description: 'The signals, by the names that they have in `expr`.' }),
      })
      .refine(({ signals }) => areCombinable(Object.values(signals)), NOT_COMBINABLE)
      .meta({ description: 'A calculation with metrics, or with searches in one source.' }),
  }),
  compile(signal) {
    const formula = formulaIn(signal);
    return formOf(formula.signals.values()).compile(formula);
  },
  read(reading) {
    const [formula] = formulasFrom(reading);
    return formula && formulaJson(formula);
  },
  canonical(signal) {
    const formula = formulaIn(signal);
    const form = formOf(formula.signals.values());
    const canonical = form.canonical(formula);
    return ratioOf(form, canonical) ?? singleOf(form, canonical) ?? formulaJson(canonical);
  },
  check(signal, report) {
    const { formula } = signal;
    if (!isObject(formula)) return;
    const signals = signalsIn(formula['signals']);
    checkParts(
      [...signals].map(([name, part]) => [['formula', 'signals', name], part]),
      report,
    );
    checkExpression(typeof formula['expr'] === 'string' ? formula['expr'] : '', signals, report);
  },
  examples: [
    {
      signal: {
        formula: {
          expr: '100 * a / (a + b)',
          signals: {
            a: { metric: 'connections.used', aggregate: 'sum' },
            b: { metric: 'connections.free', aggregate: 'sum' },
          },
        },
      },
      condition: { over: '5m', above: 90, warn: 80 },
    },
  ],
};

/** A percentage of one signal in another. */
export const RATIO: SignalKind = {
  name: 'ratio',
  schema: z.strictObject({
    ratio: z
      .strictObject({ of: leafSchema, to: leafSchema })
      .refine(({ of, to }) => areCombinable([of, to]), NOT_COMBINABLE)
      .meta({
        description: 'The percentage of `of` in `to`: metrics `as: count`, or searches in one source.',
      }),
  }),
  compile(signal) {
    const [of, to] = partsOf(signal);
    const form = formOf([of, to]);
    const [first, second] = form.ratioNames ?? ['a', 'b'];
    const { expression: expr } = parseMetricQuery(`100 * ${first} / ${second}`);
    return form.compile({
      expr,
      signals: new Map([
        [first, of],
        [second, to],
      ]),
    });
  },
  read(reading) {
    for (const form of FORMS) {
      const formula = form.read(reading);
      const ratio = formula && ratioOf(form, formula);
      if (ratio) return ratio;
    }
    return undefined;
  },
  canonical(signal) {
    const [of, to] = partsOf(signal).map((part) => leafKindOf(part).canonical(part));
    return { ratio: { of: of ?? {}, to: to ?? {} } };
  },
  check(signal, report) {
    const [of, to] = partsOf(signal);
    checkParts(
      [
        [['ratio', 'of'], of],
        [['ratio', 'to'], to],
      ],
      report,
    );
    for (const [name, part] of [
      ['of', of],
      ['to', to],
    ] as const) {
      if (METRIC_FORMULA.has(part) && !METRIC_FORMULA.canDivide(part, part)) {
        report(
          ['ratio', name],
          'A ratio of metrics needs counts: without "as: count", it is an average of quotients.',
          'Add "as: count", or use "formula".',
        );
      }
    }
  },
  examples: [
    {
      signal: {
        ratio: {
          of: { metric: 'requests.errors', by: ['service'], as: 'count' },
          to: { metric: 'requests.hits', by: ['service'], as: 'count' },
        },
      },
      condition: { over: '15m', above: 5, warn: 2 },
    },
  ],
};

function partsOf(signal: JsonObject): [of: JsonObject, to: JsonObject] {
  const { ratio } = signal;
  const at = (name: string): JsonObject => {
    const part = isObject(ratio) ? ratio[name] : undefined;
    return isObject(part) ? part : {};
  };
  return [at('of'), at('to')];
}

function signalsIn(value: Json | undefined): Map<string, JsonObject> {
  const entries = isObject(value) ? Object.entries(value) : [];
  return new Map(entries.flatMap(([name, part]) => (isObject(part) ? [[name, part] as const] : [])));
}

function formulaIn({ formula }: JsonObject): Formula {
  const { expr, signals } = isObject(formula) ? formula : {};
  const { expression } = parseMetricQuery(typeof expr === 'string' ? expr : '');
  return { expr: expression, signals: signalsIn(signals) };
}

function formulaJson({ expr, signals }: Formula): JsonObject {
  return { formula: { expr: printExpression(simplify(expr)), signals: Object.fromEntries(signals) } };
}

function formOf(signals: Iterable<JsonObject>): FormulaForm {
  const [first] = signals;
  return FORMS.find((form) => first !== undefined && form.has(first)) ?? METRIC_FORMULA;
}

/** Returns whether all signals are metrics, or all are searches. */
function areCombinable(signals: readonly object[]): boolean {
  return FORMS.some((form) => signals.every((signal) => form.has(signal)));
}

function formulasFrom(reading: Reading): Formula[] {
  return FORMS.flatMap((form) => form.read(reading) ?? []).filter(({ signals }) => signals.size > 0);
}

function leafKindOf(signal: JsonObject): SignalKind {
  const kind = LEAVES.find(({ name }) => Object.hasOwn(signal, name));
  if (kind) return kind;
  throw new TypeError('The signal does not match the schema.');
}

/** Returns a formula as a ratio if it is `100 * x / y` of signals that can be in one. */
function ratioOf(form: FormulaForm, { expr, signals }: Formula): JsonObject | undefined {
  if (expr.kind !== 'binary' || expr.operator.text !== '/' || expr.right.kind !== 'word') return undefined;
  const { left: product } = expr;
  if (product.kind !== 'binary' || product.operator.text !== '*' || product.right.kind !== 'word')
    return undefined;
  if (product.left.kind !== 'number' || Number(product.left.text) !== 100) return undefined;
  const names = [product.right.text, expr.right.text];
  const given = [...signals.keys()];
  if (form.ratioNames?.some((name, at) => name !== names[at] || name !== given[at])) return undefined;
  if (signals.size > 2) return undefined;
  const [of, to] = names.map((name) => signals.get(name));
  return of && to && form.canDivide(of, to) ? { ratio: { of, to } } : undefined;
}

function singleOf(form: FormulaForm, { expr, signals }: Formula): JsonObject | undefined {
  return form.isTransparent && expr.kind === 'word' ? signals.get(expr.text) : undefined;
}

/** Reports the mistakes of each signal, and signals of different forms. */
function checkParts(parts: readonly Part[], report: Report): void {
  const form = formOf(parts.map(([, signal]) => signal));
  for (const [path, signal] of parts) {
    if (!form.has(signal))
      report(path, `This signal cannot be combined with ${form.noun}.`, `Use ${form.noun} only.`);
  }
  form.check(
    parts.filter(([, signal]) => form.has(signal)),
    report,
  );
}

function checkExpression(text: string, signals: ReadonlyMap<string, JsonObject>, report: Report): void {
  const path = ['formula', 'expr'];
  const { keepsUnused } = formOf(signals.values());
  const { expression, faults } = parseMetricQuery(text);
  if (faults.length > 0) {
    report(path, 'The expression cannot be parsed.', 'Write a calculation with names: 100 * a / b.');
    return;
  }
  const used = new Set(nodesIn(expression).flatMap((node) => (node.kind === 'word' ? node.text : [])));
  const known = namesInHint([...signals.keys()].map((one) => `"${one}"`));
  for (const name of used) {
    if (!signals.has(name))
      report(path, `"${name}" is not the name of a signal.`, `The signals are ${known}.`);
  }
  if (nodesIn(expression).some((node) => node.kind === 'series'))
    report(path, 'The expression contains a query.', 'Add a signal, and use its name here.');
  for (const node of keepsUnused ? [] : nodesIn(expression)) {
    if (node.kind === 'call' && FUNCTIONS_OF_CONDITIONS.has(node.name.text))
      report(
        path,
        `"${node.name.text}" belongs to a condition.`,
        'Write it in "condition": {over: 1h, anomaly: {}}.',
      );
  }
  for (const name of signals.keys()) {
    const place = ['formula', 'signals', name];
    if (!NAME.test(name))
      report(place, `"${name}" is not a name.`, 'Use letters, digits and "_", beginning with a letter.');
    else if (!used.has(name))
      report(
        place,
        `The expression does not use "${name}".`,
        'Remove the signal.',
        keepsUnused ? 'warning' : 'error',
      );
  }
  if (signals.size === 0) report(['formula', 'signals'], 'The formula has no signals.', 'Add a signal.');
}
