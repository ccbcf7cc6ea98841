import type { Argument, Call, Method } from '../../../language/query/syntax.ts';
import { partsIn } from '../../../language/query/walk-query.ts';
import { includesFunction, MONITOR_FUNCTIONS, METRIC_METHODS } from '../../metric-functions.ts';
import { argumentNumber, argumentText } from '../argument-text.ts';
import type { MonitorRule } from '../monitor-view.ts';
import { CHECK_METHODS, methodsOf } from '../query-sources.ts';
import { nearest } from '../../nearest.ts';
import type { Violation } from '../../rule.ts';

/** Functions that monitors do not support: Datadog docs, dashboards/functions/smoothing. */
const DASHBOARD_ONLY: ReadonlySet<string> = new Set(['autosmooth']);

interface Signature {
  /** The allowed number of arguments. */
  readonly min: number;
  readonly max: number;
  /** The allowed values of the first argument; if undefined, any non-empty value. */
  readonly firstValues?: readonly string[];
  /** Whether the first argument may be a number. */
  readonly numberAllowed?: boolean;
  readonly expected: string;
}

const NO_ARGUMENTS: Signature = { min: 0, max: 0, expected: 'no arguments' };

const STRINGS: Signature = { min: 1, max: Infinity, expected: 'at least one string, for example "host"' };

const ROLLUP_AGGREGATORS = ['avg', 'sum', 'min', 'max', 'count'];

/** Methods of metrics: Datadog docs, dashboards/functions/{rollup,interpolation}. A calendar may follow the aggregator. */
const METRIC_METHOD_SIGNATURES: ReadonlyMap<string, Signature> = new Map([
  ['as_count', NO_ARGUMENTS],
  ['as_rate', NO_ARGUMENTS],
  ['weighted', NO_ARGUMENTS],
  [
    'rollup',
    {
      min: 1,
      max: 5,
      firstValues: ROLLUP_AGGREGATORS,
      numberAllowed: true,
      expected: `an aggregator (${ROLLUP_AGGREGATORS.join(', ')}) and an interval in seconds`,
    },
  ],
  [
    'fill',
    {
      min: 1,
      max: 2,
      firstValues: ['linear', 'last', 'zero', 'null'],
      numberAllowed: true,
      expected: 'an interpolation (linear, last, zero or null) and a limit in seconds',
    },
  ],
]);

/** Methods of searches: Datadog API v1, MonitorFormulaAndFunctionEventAggregation. */
const AGGREGATIONS = 'count cardinality avg sum min max median pc75 pc90 pc95 pc98 pc99'.split(' ');

const SEARCH_METHOD_SIGNATURES: ReadonlyMap<string, Signature> = new Map([
  [
    'rollup',
    {
      min: 1,
      max: 2,
      firstValues: AGGREGATIONS,
      expected: `an aggregation (${AGGREGATIONS.join(', ')}) and a measure`,
    },
  ],
  ['by', STRINGS],
  ['index', STRINGS],
  ['over', STRINGS],
  ['exclude', STRINGS],
  ['last', { min: 1, max: 1, expected: 'one window' }],
  ['count_by_status', NO_ARGUMENTS],
  ['pct_by_status', NO_ARGUMENTS],
]);

/** Methods of formulas. */
const FORMULA_METHOD_SIGNATURES: ReadonlyMap<string, Signature> = new Map([
  ...SEARCH_METHOD_SIGNATURES,
  [
    'rollup',
    { min: 1, max: 2, firstValues: AGGREGATIONS, expected: `an aggregation (${AGGREGATIONS.join(', ')})` },
  ],
  ['change', { min: 1, max: 2, firstValues: ['relative', 'absolute'], expected: '"relative" or "absolute"' }],
]);

/** Rules about the functions and methods that a query calls. */
export const FUNCTION_RULES: readonly MonitorRule[] = [
  {
    code: 'unknown_function',
    severity: 'error',
    summary: 'The query calls an unknown function.',
    bad: `type: query alert
query: avg(last_5m):⟦derivatve⟧(avg:system.load.1{*}) > 1
`,
    good: `type: query alert
query: avg(last_5m):derivative(avg:system.load.1{*}) > 1
`,
    *check({ type, calls, formula }) {
      for (const call of calls) yield* unknownFunction(call, 0);
      // Data job monitors have separate functions.
      if (formula === undefined || type === 'data-jobs alert') return;
      for (const part of partsIn(formula.expression))
        if (part.kind === 'call') yield* unknownFunction(part, formula.from);
    },
  },
  {
    code: 'unknown_method',
    severity: 'error',
    summary: 'The query calls an unknown method.',
    bad: `type: query alert
query: sum(last_5m):sum:web.errors{*}.⟦as_counts⟧() > 1
`,
    good: `type: query alert
query: sum(last_5m):sum:web.errors{*}.as_count() > 1
`,
    check: ({ parsed: { query }, methods }) => {
      switch (query.kind) {
        case 'metric':
          return methods.values().flatMap((method) => unknownMethod(method, METRIC_METHODS));
        case 'chain': {
          const signature = methodsOf(query.head.name.text);
          return signature
            ? query.head.methods.flatMap((method) => unknownMethod(method, signature.methods))
            : [];
        }
        case 'check':
          return query.methods.values().flatMap((method) => unknownMethod(method, CHECK_METHODS.methods));
        case 'composite':
        case 'opaque':
          return [];
      }
    },
  },
  {
    code: 'method_arguments',
    severity: 'error',
    summary: 'The arguments of a method are invalid.',
    bad: `type: query alert
query: avg(last_5m):avg:system.load.1{*}.rollup(⟦average⟧, 60) > 1
`,
    good: `type: query alert
query: avg(last_5m):avg:system.load.1{*}.rollup(avg, 60) > 1
`,
    check: ({ parsed: { query, faults }, methods }) => {
      if (faults.length > 0) return [];
      switch (query.kind) {
        case 'metric':
          return methods.values().flatMap((method) => argumentViolations(method, METRIC_METHOD_SIGNATURES));
        case 'chain': {
          const signatures =
            query.head.name.text === 'formula' ? FORMULA_METHOD_SIGNATURES : SEARCH_METHOD_SIGNATURES;
          return query.head.methods.values().flatMap((method) => argumentViolations(method, signatures));
        }
        case 'check':
          return query.methods
            .values()
            .flatMap((method) => argumentViolations(method, SEARCH_METHOD_SIGNATURES));
        case 'composite':
        case 'opaque':
          return [];
      }
    },
  },
];

function unknownFunction({ name: { text, span } }: Call, from: number): Violation[] {
  // In a formula, the part before the dot is a variable.
  const name = text.slice(text.indexOf('.') + 1);
  if (includesFunction(MONITOR_FUNCTIONS, name)) return [];
  const place = { from: from + span.to - name.length, to: from + span.to };
  if (DASHBOARD_ONLY.has(name))
    return [
      {
        path: ['query'],
        span: place,
        message: `Datadog rejects the query: ${name}() is available only in dashboards.`,
        hint: 'Remove it, or smooth with ewma_5() or median_5().',
      },
    ];
  const meant = nearest(name, MONITOR_FUNCTIONS);
  return [
    {
      path: ['query'],
      span: place,
      message: `Datadog rejects the query: "${name}" is not a function.`,
      ...(meant === undefined ? {} : { hint: `Did you mean ${meant}?` }),
    },
  ];
}

function unknownMethod({ name: { text, span } }: Method, known: readonly string[]): Violation[] {
  if (known.includes(text)) return [];
  const meant = nearest(text, known);
  return [
    {
      path: ['query'],
      span,
      message: `Datadog rejects the query: ${text}() is not a method here.`,
      ...(meant === undefined
        ? { hint: `Allowed: ${known.join(', ')}.` }
        : {
            hint: `Did you mean ${meant}?`,
            fix: { title: `Change to ${meant}`, edits: [{ path: ['query'], span, text: meant }] },
          }),
    },
  ];
}

function argumentViolations(
  { name, args, span }: Method,
  signatures: ReadonlyMap<string, Signature>,
): Violation[] {
  const signature = signatures.get(name.text);
  if (!signature) return [];
  const message = `Datadog rejects the query: ${name.text}() takes ${signature.expected}.`;
  if (args.length < signature.min)
    return [{ path: ['query'], span: { from: name.span.from, to: span.to }, message }];
  const tooMany = args[signature.max];
  if (tooMany) return [{ path: ['query'], span: tooMany.span, message }];
  const empty = args.find((argument) =>
    argumentText(argument)
      ?.split(',')
      .some((part) => part.trim() === ''),
  );
  const nonPositive =
    name.text === 'rollup' ? args.find((argument) => (argumentNumber(argument) ?? 1) <= 0) : undefined;
  if (nonPositive)
    return [{ path: ['query'], span: nonPositive.span, message, hint: 'Use more than 0 seconds.' }];
  if (empty) return [{ path: ['query'], span: empty.span, message }];
  return signature.firstValues === undefined
    ? []
    : firstArgumentViolations(args[0], signature.firstValues, signature.numberAllowed ?? false, message);
}

function firstArgumentViolations(
  first: Argument | undefined,
  known: readonly string[],
  numberAllowed: boolean,
  message: string,
): Violation[] {
  if (first === undefined || (numberAllowed && first.kind === 'number')) return [];
  const word = argumentText(first);
  if (word !== undefined && known.includes(word)) return [];
  const meant = word === undefined ? undefined : nearest(word, known);
  return [
    {
      path: ['query'],
      span: first.span,
      message,
      ...(meant === undefined ? {} : { hint: `Did you mean ${meant}?` }),
    },
  ];
}
