import type { Argument, Call, Method } from '../../../language/query/syntax.ts';
import { partsIn } from '../../../language/query/walk-query.ts';
import { isAmong, MONITOR_FUNCTIONS } from '../../metric-functions.ts';
import { METRIC_METHODS } from '../../metric-methods.ts';
import { argumentNumber, argumentText } from '../argument-text.ts';
import type { MonitorRule } from '../monitor-view.ts';
import { CHECK_FORM, formOf } from '../query-data.ts';
import { nearest } from '../../nearest.ts';
import type { Hit } from '../../rule.ts';

/** Functions that monitors do not support: docs, dashboards/functions/smoothing. */
const OF_DASHBOARDS: ReadonlySet<string> = new Set(['autosmooth']);

interface Form {
  /** The allowed number of arguments. */
  readonly min: number;
  readonly max: number;
  /** The allowed values of the first argument; if undefined, any non-empty value. */
  readonly first?: readonly string[];
  /** Whether the first argument may be a number. */
  readonly numbers?: boolean;
  readonly takes: string;
}

const NOTHING: Form = { min: 0, max: 0, takes: 'nothing' };

const SOME: Form = { min: 1, max: Infinity, takes: 'at least one string, for example "host"' };

const ROLLED = ['avg', 'sum', 'min', 'max', 'count'];

/** Methods of metrics: docs, dashboards/functions/{rollup,interpolation}. A calendar may follow the aggregator. */
const OF_METRICS: ReadonlyMap<string, Form> = new Map([
  ['as_count', NOTHING],
  ['as_rate', NOTHING],
  ['weighted', NOTHING],
  [
    'rollup',
    { min: 1, max: 5, first: ROLLED, numbers: true, takes: `one of ${ROLLED.join(', ')}, and seconds` },
  ],
  [
    'fill',
    {
      min: 1,
      max: 2,
      first: ['linear', 'last', 'zero', 'null'],
      numbers: true,
      takes: 'one of linear, last, zero, null, and seconds',
    },
  ],
]);

/** Methods of searches: spec v1, MonitorFormulaAndFunctionEventAggregation. */
const AGGREGATIONS = 'count cardinality avg sum min max median pc75 pc90 pc95 pc98 pc99'.split(' ');

const OF_SEARCHES: ReadonlyMap<string, Form> = new Map([
  [
    'rollup',
    { min: 1, max: 2, first: AGGREGATIONS, takes: `one of ${AGGREGATIONS.join(', ')}, and a measure` },
  ],
  ['by', SOME],
  ['index', SOME],
  ['over', SOME],
  ['exclude', SOME],
  ['last', { min: 1, max: 1, takes: 'one window' }],
  ['count_by_status', NOTHING],
  ['pct_by_status', NOTHING],
]);

/** Methods of formulas. */
const OF_FORMULAS: ReadonlyMap<string, Form> = new Map([
  ...OF_SEARCHES,
  ['rollup', { min: 1, max: 2, first: AGGREGATIONS, takes: `one of ${AGGREGATIONS.join(', ')}` }],
  ['change', { min: 1, max: 2, first: ['relative', 'absolute'], takes: '"relative" or "absolute"' }],
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
      for (const call of calls) yield* unknown(call, 0);
      // Data job monitors have separate functions.
      if (formula === undefined || type === 'data-jobs alert') return;
      for (const part of partsIn(formula.expression))
        if (part.kind === 'call') yield* unknown(part, formula.from);
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
          return methods.values().flatMap((method) => unknownMethodHits(method, METRIC_METHODS));
        case 'chain': {
          const form = formOf(query.head.name.text);
          return form ? query.head.methods.flatMap((method) => unknownMethodHits(method, form.methods)) : [];
        }
        case 'check':
          return query.methods.values().flatMap((method) => unknownMethodHits(method, CHECK_FORM.methods));
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
          return methods.values().flatMap((method) => wrong(method, OF_METRICS));
        case 'chain': {
          const forms = query.head.name.text === 'formula' ? OF_FORMULAS : OF_SEARCHES;
          return query.head.methods.values().flatMap((method) => wrong(method, forms));
        }
        case 'check':
          return query.methods.values().flatMap((method) => wrong(method, OF_SEARCHES));
        case 'composite':
        case 'opaque':
          return [];
      }
    },
  },
];

function unknown({ name: { text, span } }: Call, from: number): Hit[] {
  // In a formula, the part before the dot is a variable.
  const name = text.slice(text.indexOf('.') + 1);
  if (isAmong(MONITOR_FUNCTIONS, name)) return [];
  const place = { from: from + span.to - name.length, to: from + span.to };
  if (OF_DASHBOARDS.has(name))
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

function unknownMethodHits({ name: { text, span } }: Method, known: readonly string[]): Hit[] {
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

function wrong({ name, args, span }: Method, forms: ReadonlyMap<string, Form>): Hit[] {
  const form = forms.get(name.text);
  if (!form) return [];
  const message = `Datadog rejects the query: ${name.text}() takes ${form.takes}.`;
  if (args.length < form.min)
    return [{ path: ['query'], span: { from: name.span.from, to: span.to }, message }];
  const tooMany = args[form.max];
  if (tooMany) return [{ path: ['query'], span: tooMany.span, message }];
  const empty = args.find((argument) =>
    argumentText(argument)
      ?.split(',')
      .some((part) => part.trim() === ''),
  );
  const seconds =
    name.text === 'rollup' ? args.find((argument) => (argumentNumber(argument) ?? 1) <= 0) : undefined;
  if (seconds) return [{ path: ['query'], span: seconds.span, message, hint: 'Use more than 0 seconds.' }];
  if (empty) return [{ path: ['query'], span: empty.span, message }];
  return form.first === undefined ? [] : firstWrong(args[0], form.first, form.numbers ?? false, message);
}

function firstWrong(
  first: Argument | undefined,
  known: readonly string[],
  numbers: boolean,
  message: string,
): Hit[] {
  if (first === undefined || (numbers && first.kind === 'number')) return [];
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
