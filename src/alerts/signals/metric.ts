import { z } from 'zod';
import type { Json, JsonObject } from '../../domain/json.ts';
import { nonEmptyText } from '../../domain/schema-parts.ts';
import { parseMetricQuery } from '../../language/query/parse-query.ts';
import { printExpression } from '../../language/query/print-query.ts';
import type { Argument, Expression, Method, Series } from '../../language/query/syntax.ts';
import { canonicalDuration, duration, durationText, secondsOf } from '../durations.ts';
import { defined, type Measured, signalKind, unless } from '../kinds.ts';
import { decimalText } from '../numbers.ts';

/** A metric name: letters, digits, dots and underscores, beginning with a letter; at most 200 characters. */
const METRIC_NAME = /^[A-Za-z][\w.]{0,199}$/;
const TAG_KEY = /^[A-Za-z@][\w.\-/:@]{0,199}$/;
/** Braces and line breaks would end a filter and continue the query. */
const FILTER = /^[^{}\n\r]+$/;
const AGGREGATES = ['avg', 'sum', 'min', 'max', 'count', 'p50', 'p75', 'p90', 'p95', 'p99'] as const;

const BY = z
  .array(nonEmptyText.meta({ pattern: '^[A-Za-z@][A-Za-z0-9_.\\-/:@]{0,199}$' }))
  .min(1, 'must contain at least one tag; omit it to group by nothing')
  .meta({
    description:
      'For a metric: the tags whose values each have a state of their own. Default: one state for all.',
    examples: [['host'], ['queue', 'cluster']],
  });

const schema = z.strictObject({
  metric: nonEmptyText.meta({
    description: 'The name of the metric.',
    pattern: '^[A-Za-z][A-Za-z0-9_.]{0,199}$',
    examples: ['rabbitmq.queue.messages'],
  }),
  aggregate: z
    .enum(AGGREGATES)
    .meta({
      description:
        'For a metric: how the series of one group are combined. Default: `avg`; with `as`, `sum`.',
    })
    .optional(),
  filter: nonEmptyText
    .meta({
      description: 'For a metric: the scope, as between the braces of a query.',
      pattern: '^[^{}\\n\\r]*[^{}\\s][^{}\\n\\r]*$',
      default: '*',
      examples: ['env:prod', 'env:prod AND NOT host:test-*'],
    })
    .optional(),
  by: BY.optional(),
  as: z
    .enum(['count', 'rate'])
    .meta({ description: 'Whether the metric is counted, or is a rate per second.' })
    .optional(),
  rollup: z
    .strictObject({
      method: z
        .enum(['avg', 'sum', 'min', 'max', 'count'])
        .meta({ description: 'How the points of an interval are combined.' }),
      every: duration.meta({ description: 'The interval.', examples: ['5m'] }),
    })
    .meta({ description: 'Combines the points of the metric in intervals.' })
    .optional(),
  functions: z
    .array(nonEmptyText)
    .min(1)
    .meta({
      description: "Datadog's functions, in the order in which they are applied, each without its series.",
      examples: [['default_zero'], ['fill(last, 600)', 'top(10, mean, desc)']],
    })
    .optional(),
});

type Metric = z.output<typeof schema>;

export const METRIC = signalKind({
  name: 'metric',
  schema,
  compile: (signal) => measuredMetric(signal),
  read: (reading) => (reading.form === 'metric' ? readMetric(reading.expression, reading.text) : undefined),
  canonical: canonicalMetric,
  check(signal, report) {
    if (!METRIC_NAME.test(signal.metric)) {
      report(
        ['metric'],
        'A metric name must begin with a letter and contain only letters, digits, "." and "_".',
      );
    }
    if (signal.filter !== undefined && !FILTER.test(signal.filter)) {
      report(
        ['filter'],
        'A filter must be one line without braces.',
        'Write only the part between the braces of the query: env:prod,host:a.',
      );
    }
    for (const [at, tag] of (signal.by ?? []).entries())
      if (!TAG_KEY.test(tag)) report(['by', at], `"${tag}" is not a valid tag key.`);
    const seconds = signal.rollup && secondsOf(signal.rollup.every);
    if (signal.rollup && (seconds === undefined || seconds === 0))
      report(['rollup', 'every'], `"${signal.rollup.every}" is not a valid duration.`, 'For example 5m.');
    for (const [at, text] of (signal.functions ?? []).entries()) {
      if (functionOf(text) === undefined)
        report(
          ['functions', at],
          `"${text}" is not a function.`,
          'Write a function without its series: default_zero, or top(10, mean, desc).',
        );
    }
  },
  examples: [
    {
      signal: { metric: 'queue.depth', filter: 'env:prod', by: ['queue'] },
      condition: { over: '10m', above: 1000, warn: 500 },
    },
  ],
});

function measuredMetric(signal: Metric): Measured {
  return {
    form: 'metric',
    type: 'query alert',
    expression: seriesText(signal),
    counts: signal.as === 'count',
    by: signal.by ?? [],
  };
}

/** Returns the text of a series with its functions. */
function seriesText(signal: Metric): string {
  const { metric, filter = '*', by, as, rollup, functions = [] } = signal;
  const aggregate = signal.aggregate ?? (as === undefined ? 'avg' : 'sum');
  const series = [
    `${aggregate}:${metric}{${filter.trim()}}`,
    by ? ` by {${by.join(',')}}` : '',
    as ? `.as_${as}()` : '',
    rollup ? `.rollup(${rollup.method}, ${secondsOf(rollup.every) ?? rollup.every})` : '',
  ].join('');
  return functions.reduce(apply, series);
}

/** A function of Datadog with its arguments, without its series. */
interface Applied {
  readonly name: string;
  readonly args: readonly Argument[];
}

/** Functions that belong to a condition. */
export const FUNCTIONS_OF_CONDITIONS: ReadonlySet<string> = new Set(['anomalies', 'outliers', 'forecast']);
const METHODS: ReadonlySet<string> = new Set(['fill', 'rollup']);

function functionOf(text: string): Applied | undefined {
  const { expression, faults } = parseMetricQuery(text);
  if (faults.length > 0) return undefined;
  if (expression.kind === 'word') return { name: expression.text, args: [] };
  if (expression.kind !== 'call' || expression.methods.length > 0) return undefined;
  if (FUNCTIONS_OF_CONDITIONS.has(expression.name.text)) return undefined;
  return { name: expression.name.text, args: expression.args };
}

function apply(series: string, text: string): string {
  const { name, args } = functionOf(text) ?? { name: text, args: [] };
  if (METHODS.has(name)) return `${series}.${name}(${args.map(bare).join(', ')})`;
  return `${name}(${[series, ...args.map(quoted)].join(', ')})`;
}

/** Returns an argument in a call: words are quoted, numbers are not. */
function quoted(argument: Argument): string {
  if (argument.kind === 'named') return `${argument.name.text}=${quoted(argument.value)}`;
  const text = bare(argument);
  return isNumber(argument) ? text : `'${text}'`;
}

/** Returns an argument without quotes. */
function bare(argument: Argument): string {
  if (argument.kind === 'named') return `${argument.name.text}=${bare(argument.value)}`;
  if (argument.kind === 'string') return argument.raw;
  const text = printExpression(argument);
  return isNumber(argument) ? decimalText(text) : text;
}

function isNumber(argument: Argument): boolean {
  const value = argument.kind === 'unary' ? argument.operand : argument;
  return value.kind === 'number';
}

/** A word that needs no quotes in `functions`. */
const WORD = /^[A-Za-z_]\w*$/;

/** Returns an argument in an entry of `functions`. */
function written(argument: Argument): string {
  if (argument.kind === 'named') return `${argument.name.text}=${written(argument.value)}`;
  const text = bare(argument);
  return isNumber(argument) || WORD.test(text) ? text : `'${text}'`;
}

function functionText({ name, args }: Applied): string {
  return args.length === 0 ? name : `${name}(${args.map(written).join(', ')})`;
}

/** Returns the metric of an expression that is one series with functions, or undefined. `text` is the query with the expression. */
export function readMetric(expression: Expression, text: string): JsonObject | undefined {
  // From the outermost to the innermost.
  const functions: Applied[][] = [];
  let node: Argument | undefined = expression;
  for (; node?.kind === 'call'; node = node.args[0]) {
    if (FUNCTIONS_OF_CONDITIONS.has(node.name.text)) return undefined;
    const call = { name: node.name.text, args: node.args.slice(1) };
    functions.push([call, ...node.methods.map(functionOfMethod)]);
  }
  if (node?.kind !== 'series') return undefined;
  const [as, methods] = countedAs(node);
  return readSeries(node, text, as, [methods.map(functionOfMethod), ...functions.toReversed()].flat());
}

function functionOfMethod({ name, args }: Method): Applied {
  return { name: name.text, args };
}

/** Splits the first method off if it is `as_count` or `as_rate`. */
function countedAs({ methods }: Series): readonly [as: string | undefined, methods: readonly Method[]] {
  const [first, ...others] = methods;
  const as = first && /^as_(count|rate)$/.exec(first.name.text)?.[1];
  return as === undefined ? [undefined, methods] : [as, others];
}

function readSeries(
  { aggregator, metric, filter, groupBy }: Series,
  text: string,
  as: string | undefined,
  functions: readonly Applied[],
): JsonObject {
  const [first, ...others] = functions;
  const rollup = first && rollupOf(first);
  const entries = (rollup ? others : functions).map(functionText);
  return defined({
    metric: metric.text,
    aggregate: aggregator?.text ?? 'avg',
    filter: filter ? text.slice(filter.span.from + 1, filter.span.to - 1).trim() : '*',
    by: groupBy?.keys.map((key) => key.text),
    as,
    rollup,
    functions: entries.length > 0 ? entries : undefined,
  });
}

/** Returns `rollup(method, seconds)` as a field, or undefined if it has another form. */
function rollupOf({ name, args }: Applied): JsonObject | undefined {
  const [method, seconds] = args;
  if (name !== 'rollup' || args.length !== 2 || method?.kind !== 'word' || seconds?.kind !== 'number')
    return undefined;
  const count = Number(seconds.text);
  if (!Number.isSafeInteger(count) || count <= 0) return undefined;
  return { method: method.text, every: durationText(count) };
}

function canonicalMetric(signal: Metric): JsonObject {
  const { metric, aggregate, filter, by, as, rollup, functions = [] } = signal;
  const applied = functions.map((entry) => functionOf(entry) ?? { name: entry, args: [] });
  const [first, ...others] = applied;
  const moved = rollup === undefined && first ? rollupOf(first) : undefined;
  const entries = (moved ? others : applied).map(functionText);
  const field: Json | undefined = rollup && { method: rollup.method, every: canonicalDuration(rollup.every) };
  return defined({
    metric,
    aggregate: unless(aggregate, as === undefined ? 'avg' : 'sum'),
    filter: unless(filter?.trim(), '*'),
    by,
    as,
    rollup: field ?? moved,
    functions: entries.length > 0 ? entries : undefined,
  });
}
