import type { Argument, Method } from '../../../language/query/syntax.ts';
import { nearest } from '../../nearest.ts';
import type { Hit } from '../../rule.ts';
import { argumentNumber, argumentText } from '../argument-text.ts';
import type { MonitorRule } from '../monitor-view.ts';

interface Form {
  /** How many arguments there may be. */
  readonly least: number;
  readonly most: number;
  /** What the first may be; where it is left out, anything that says something. */
  readonly first?: readonly string[];
  /** Whether the first may be a number instead. */
  readonly numbers?: boolean;
  readonly takes: string;
}

const NOTHING: Form = { least: 0, most: 0, takes: 'nothing' };
const SOME: Form = { least: 1, most: Infinity, takes: 'at least one text, as in "host"' };
const ROLLED = ['avg', 'sum', 'min', 'max', 'count'];

/** Methods of metrics: docs, dashboards/functions/{rollup,interpolation}; a calendar may follow the aggregator. */
const OF_METRICS: ReadonlyMap<string, Form> = new Map([
  ['as_count', NOTHING],
  ['as_rate', NOTHING],
  ['weighted', NOTHING],
  [
    'rollup',
    { least: 1, most: 5, first: ROLLED, numbers: true, takes: `one of ${ROLLED.join(', ')}, and seconds` },
  ],
  [
    'fill',
    {
      least: 1,
      most: 2,
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
    { least: 1, most: 2, first: AGGREGATIONS, takes: `one of ${AGGREGATIONS.join(', ')}, and a measure` },
  ],
  ['by', SOME],
  ['index', SOME],
  ['over', SOME],
  ['exclude', SOME],
  ['last', { least: 1, most: 1, takes: 'one window' }],
  ['count_by_status', NOTHING],
  ['pct_by_status', NOTHING],
]);
/** Of a whole formula a sum is taken, where anything is. */
const OF_FORMULAS: ReadonlyMap<string, Form> = new Map([
  ...OF_SEARCHES,
  ['rollup', { least: 1, most: 2, first: AGGREGATIONS, takes: `one of ${AGGREGATIONS.join(', ')}` }],
  ['change', { least: 1, most: 2, first: ['relative', 'absolute'], takes: '"relative" or "absolute"' }],
]);

export const methodArguments: MonitorRule = {
  code: 'method_arguments',
  severity: 'error',
  summary: 'Something is called on data with what it does not take.',
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
};

function wrong({ name, args, span }: Method, forms: ReadonlyMap<string, Form>): Hit[] {
  const form = forms.get(name.text);
  if (!form) return [];
  const message = `Datadog refuses the query: ${name.text}() takes ${form.takes}.`;
  if (args.length < form.least)
    return [{ path: ['query'], span: { from: name.span.from, to: span.to }, message }];
  const tooMany = args[form.most];
  if (tooMany) return [{ path: ['query'], span: tooMany.span, message }];
  const empty = args.find((argument) =>
    argumentText(argument)
      ?.split(',')
      .some((part) => part.trim() === ''),
  );
  const seconds =
    name.text === 'rollup' ? args.find((argument) => (argumentNumber(argument) ?? 1) <= 0) : undefined;
  if (seconds) return [{ path: ['query'], span: seconds.span, message, hint: 'Seconds are more than 0.' }];
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
