import type { Argument, Call, Word } from '../../../language/query/syntax.ts';
import { argumentNumber, argumentText } from '../argument-text.ts';
import type { MonitorRule } from '../monitor-view.ts';
import { nearest } from '../../nearest.ts';
import type { Violation } from '../../rule.ts';

const TIME_AGGREGATORS = ['avg', 'sum', 'min', 'max', 'percentile', 'change', 'pct_change'];

const SPACE_AGGREGATORS = ['avg', 'sum', 'min', 'max', 'count', 'p50', 'p75', 'p90', 'p95', 'p99'];

/** Any percentile, and `count(v: v<=5)` of a distribution. */
const DISTRIBUTION_AGGREGATOR = /^(?:p\d{1,2}(?:\.\d+)?|count\(.*\))$/;

/** The type of a parameter: data, a number, a word, or any. A question mark marks it as optional. */
type ParameterType = 'data' | 'number' | 'word' | 'number?' | 'word?' | 'any?';

const DATA_ONLY: readonly ParameterType[] = ['data'];

const DATA_AND_NUMBER: readonly ParameterType[] = ['data', 'number'];

const DATA_ONLY_FUNCTIONS = [
  'abs log2 log10 cumsum integral count_nonzero count_nonzero_finite count_not_null diff derivative dt per_second',
  'per_minute per_hour monotonic_diff default_zero exclude_null hour_before day_before week_before month_before',
  'ewma_3 ewma_5 ewma_7 ewma_10 ewma_20 median_3 median_5 median_7 median_9 rollingavg_5 rollingavg_13 rollingavg_21',
  'rollingavg_29 robust_trend trend_line piecewise_constant',
].flatMap((line) => line.split(' '));

/** Arguments of functions: Datadog docs, dashboards/functions. Algorithms have separate rules. */
const PARAMETERS: ReadonlyMap<string, readonly ParameterType[]> = new Map<string, readonly ParameterType[]>([
  ...DATA_ONLY_FUNCTIONS.map((name) => [name, DATA_ONLY] as const),
  ...['cutoff_max', 'cutoff_min', 'clamp_max', 'clamp_min', 'timeshift', 'default'].map(
    (name) => [name, DATA_AND_NUMBER] as const,
  ),
  ['moving_rollup', ['data', 'number', 'word?']],
  ['calendar_shift', ['data', 'word', 'word?', 'any?']],
  ['top', ['data', 'number', 'word?', 'word?']],
  ['bottom', ['data', 'number', 'word?', 'word?']],
]);

const DESCRIPTIONS: Readonly<Record<ParameterType, string>> = {
  data: 'a metric',
  number: 'a number',
  word: 'a word',
  'number?': 'a number',
  'word?': 'a word',
  'any?': 'a word',
};

/** Names of metrics: Datadog docs, metrics/custom_metrics, naming. */
const METRIC_NAME = /^[A-Za-z][A-Za-z0-9_]*(?:\.[A-Za-z0-9_]+)*$/;

const MAX_NAME_LENGTH = 200;

/** Rules about metric queries: aggregators, functions and names. */
export const METRIC_RULES: readonly MonitorRule[] = [
  {
    code: 'unknown_aggregator',
    severity: 'error',
    summary: 'The query uses an unknown aggregator.',
    bad: `type: query alert
query: avg(last_5m):⟦average⟧:system.load.1{*} > 1
`,
    good: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 1
`,
    *check({ parsed: { query }, series }) {
      if (query.kind !== 'metric') return;
      yield* unknownAggregator(query.evaluation.name, TIME_AGGREGATORS);
      const [inner] = query.evaluation.args;
      if (inner?.kind === 'call') yield* unknownAggregator(inner.name, TIME_AGGREGATORS);
      for (const { aggregator } of series) {
        if (aggregator && !DISTRIBUTION_AGGREGATOR.test(aggregator.text))
          yield* unknownAggregator(aggregator, SPACE_AGGREGATORS);
      }
    },
  },
  {
    code: 'function_arguments',
    severity: 'error',
    summary: 'The arguments of a function are invalid.',
    bad: `type: query alert
query: avg(last_5m):⟦clamp_max⟧(avg:system.load.1{*}) > 1
`,
    good: `type: query alert
query: avg(last_5m):clamp_max(avg:system.load.1{*}, 100) > 1
`,
    check: ({ parsed: { faults }, calls }) =>
      faults.length > 0 ? [] : calls.values().flatMap(argumentViolations),
  },
  {
    code: 'change_arguments',
    severity: 'error',
    summary: 'The arguments of `change()` or `pct_change()` are invalid.',
    bad: `type: query alert
query: ⟦change⟧(avg(last_5m)):avg:system.load.1{*} > 1
`,
    good: `type: query alert
query: change(avg(last_5m),last_1h):avg:system.load.1{*} > 1
`,
    check: ({ parsed: { query, faults } }) => {
      if (query.kind !== 'metric' || faults.length > 0) return [];
      const { name, args } = query.evaluation;
      const [first, , third] = args;
      const changes = name.text === 'change' || name.text === 'pct_change';
      if (!changes) return first?.kind === 'call' ? [] : requireOneWindow(query.evaluation);
      const message = `Datadog rejects the query: ${name.text}() takes an aggregation and a window, for example ${name.text}(avg(last_5m),last_1h).`;
      if (first === undefined || args.length < 2) return [{ path: ['query'], span: name.span, message }];
      if (first.kind !== 'call') return [{ path: ['query'], span: first.span, message }];
      return third === undefined ? requireOneWindow(first) : [{ path: ['query'], span: third.span, message }];
    },
  },
  {
    code: 'metric_missing',
    severity: 'error',
    summary: 'The query has no metric.',
    bad: `type: query alert
query: avg(last_5m):⟦system_load⟧ > 1
`,
    good: `type: query alert
query: avg(last_5m):avg:system_load{*} > 1
`,
    check: ({ parsed: { query, faults }, series }) => {
      if (query.kind !== 'metric' || faults.length > 0 || series.length > 0) return [];
      return [
        {
          path: ['query'],
          span: query.expression.span,
          message: 'Datadog rejects the query: a metric is required.',
          hint: 'Write a metric with aggregator and scope, for example avg:system.load.1{*}.',
        },
      ];
    },
  },
  {
    code: 'metric_name',
    severity: 'error',
    summary: 'The metric name is invalid.',
    bad: `type: query alert
query: avg(last_5m):avg:⟦5xx.errors⟧{*} > 1
`,
    good: `type: query alert
query: avg(last_5m):avg:errors.5xx{*} > 1
`,
    check: ({ series }) =>
      series.values().flatMap(({ metric: { text, span } }) => {
        // A dollar sign starts a variable, which another rule reports.
        if (text === '' || text.startsWith('$') || (METRIC_NAME.test(text) && text.length <= MAX_NAME_LENGTH))
          return [];
        return [
          {
            path: ['query'],
            span,
            message: 'The monitor never gets data: the metric name is invalid.',
            hint: `A name starts with a letter, contains only letters, digits, underscores and single dots, and has at most ${MAX_NAME_LENGTH} characters.`,
          },
        ];
      }),
  },
  /** Datadog docs, monitors/guide/as-count-in-monitor-evaluations. */
  {
    code: 'as_count_without_sum',
    severity: 'warning',
    summary: 'A query with `as_count()` uses an aggregation other than sum.',
    bad: `type: query alert
query: ⟦avg⟧(last_5m):sum:web.errors{*}.as_count() > 1
`,
    good: `type: query alert
query: sum(last_5m):sum:web.errors{*}.as_count() > 1
`,
    check: ({ parsed: { query }, calls, methods }) => {
      if (query.kind !== 'metric' || ['sum', 'change', 'pct_change'].includes(query.evaluation.name.text))
        return [];
      const usesAsCount = methods.some(({ name }) => name.text === 'as_count');
      // An algorithm depends on the shape of the counts, not on their size.
      const usesAlgorithm = calls.some(({ name }) =>
        ['anomalies', 'outliers', 'forecast'].includes(name.text),
      );
      if (!usesAsCount || usesAlgorithm || query.evaluation.name.text === '') return [];
      return [
        {
          path: ['query'],
          span: query.evaluation.name.span,
          message: `Datadog evaluates the sum of the counts: with as_count() it ignores the aggregation ${query.evaluation.name.text}.`,
          hint: 'Use sum, or as_rate() for a rate.',
          fix: {
            title: 'Change to sum',
            edits: [{ path: ['query'], span: query.evaluation.name.span, text: 'sum' }],
          },
        },
      ];
    },
  },
  /** With default_zero() data is never missing, and only the default is allowed: Datadog docs, monitors/configuration. */
  {
    code: 'default_zero_never_missing',
    severity: 'error',
    summary: '`on_missing_data` is set, but `default_zero()` fills missing data with zeros.',
    bad: `type: query alert
query: sum(last_5m):default_zero(sum:web.errors{*}.as_count()) > 2
options: {on_missing_data: ⟦show_no_data⟧}
`,
    good: `type: query alert
query: sum(last_5m):default_zero(sum:web.errors{*}.as_count()) > 2
options: {on_missing_data: default}
`,
    check: ({ calls, options }) => {
      const onMissingData = options['on_missing_data'];
      if (typeof onMissingData !== 'string' || onMissingData === 'default') return [];
      if (!calls.some(({ name }) => name.text === 'default_zero')) return [];
      return [
        {
          path: ['options', 'on_missing_data'],
          message: `Datadog rejects on_missing_data: ${onMissingData} together with default_zero() in the query: data is never missing.`,
          hint: 'Use default, or remove default_zero() from the query.',
          fix: {
            title: 'Change to default',
            edits: [{ path: ['options', 'on_missing_data'], value: 'default' }],
          },
        },
      ];
    },
  },
];

function unknownAggregator(word: Word, known: readonly string[]): Violation[] {
  if (word.text === '' || known.includes(word.text)) return [];
  const meant = nearest(word.text, known);
  return [
    {
      path: ['query'],
      span: word.span,
      message: `Datadog rejects the query: "${word.text}" is not an aggregator.`,
      hint: meant === undefined ? `Allowed: ${known.join(', ')}.` : `Did you mean ${meant}?`,
    },
  ];
}

function argumentViolations({ name, args }: Call): Violation[] {
  const kinds = PARAMETERS.get(name.text.toLowerCase());
  if (!kinds) return [];
  const min = kinds.filter((kind) => !kind.endsWith('?')).length;
  const expected = kinds
    .map((kind) => `${DESCRIPTIONS[kind]}${kind.endsWith('?') ? ' (optional)' : ''}`)
    .join(', ');
  const message = `Datadog rejects the query: ${name.text}() takes ${expected}.`;
  if (args.length < min) return [{ path: ['query'], span: name.span, message }];
  const invalid = args.find((argument, at) => !isValid(argument, kinds[at]));
  return invalid ? [{ path: ['query'], span: invalid.span, message }] : [];
}

function isValid(argument: Argument, kind: ParameterType | undefined): boolean {
  switch (kind) {
    case 'data':
      return argument.kind !== 'string' && argument.kind !== 'named';
    case 'number':
    case 'number?':
      return argumentNumber(argument) !== undefined;
    case 'word':
    case 'word?':
      return argumentText(argument) !== undefined && argument.kind !== 'number';
    case 'any?':
      return argument.kind !== 'named';
    case undefined:
      return false;
  }
}

/** Reports an aggregation over time that does not have exactly one window. */
function requireOneWindow({ name, args }: Call): Violation[] {
  const [first, second] = args;
  if (first !== undefined && second === undefined) return [];
  return [
    {
      path: ['query'],
      span: (second ?? name).span,
      message: `Datadog rejects the query: ${name.text}() takes one window, for example ${name.text}(last_5m).`,
    },
  ];
}
