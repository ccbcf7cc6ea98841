import { z } from 'zod';
import type { JsonObject } from '../../domain/json.ts';
import type { Argument, MetricQuery } from '../../language/query/syntax.ts';
import { window, windowText } from '../durations.ts';
import { conditionKind, defined, type Measured, type Reading, unless } from '../kinds.ts';
import {
  canonicalLimits,
  checkLimits,
  comparisonText,
  FULL_WINDOW,
  LIMIT_NAMES,
  limitOf,
  LIMITS,
  MORE_LIMITS,
  readLimit,
  readThresholds,
  thresholdsOf,
} from './limits.ts';

/** The maximum evaluation window of metric monitors in Datadog, by unit. */
const MAX_WINDOW: ReadonlyMap<string, number> = new Map<string, number>([
  ['m', 10_080],
  ['h', 730],
  ['d', 31],
  ['w', 4],
]);
/** Windows that begin with the hour, the day or the month. */
const CURRENT = /^current_1(?:h|d|mo)$/;

const STATISTIC = z.enum(['avg', 'sum', 'min', 'max', 'percentile']).meta({
  description: 'How the points in the window are combined. Default: `avg`; with `as: count`, `sum`.',
});

const OVER = window.meta({
  description: 'The evaluation window: at most 10080m, 730h, 31d, 4w or 1mo.',
  pattern: '^(?:(?:[1-9][0-9]{0,5}(?:[smhdw]|mo)){1,3}|current_1(?:h|d|mo))$',
  examples: ['5m', '1h', '1d'],
});

export const NUMBER = conditionKind({
  name: 'over',
  schema: z.strictObject({
    over: OVER,
    statistic: STATISTIC.optional(),
    ...LIMITS,
    ...MORE_LIMITS,
    full_window: FULL_WINDOW.optional(),
  }),
  oneOf: LIMIT_NAMES,
  forms: ['metric', 'search', 'process'],
  compile(condition, measured) {
    const limit = limitOf(condition);
    const thresholds = thresholdsOf(limit.value, condition);
    const over = windowText(condition.over);
    if (measured.form === 'metric') {
      const { statistic = defaultStatistic(measured), full_window = false } = condition;
      return {
        query: `${statistic}(${windowArgument(over)}):${measured.expression}${comparisonText(limit)}`,
        options: { thresholds, require_full_window: full_window },
      };
    }
    const query = 'query' in measured ? measured.query : '';
    return {
      query: `${query}.last("${over}")${comparisonText(limit)}`,
      options: { ...('options' in measured ? measured.options : {}), thresholds },
    };
  },
  read(monitor) {
    const { query, options } = monitor;
    const limit = readLimit(query);
    if (!limit) return undefined;
    const thresholds = readThresholds(options);
    if (query.kind === 'metric') {
      const over = readWindow(query);
      const rest: Reading = { ...monitor, form: 'metric', expression: query.expression };
      const { text: statistic } = query.evaluation.name;
      if (over === undefined) return undefined;
      return { condition: { over, statistic, ...limit, ...thresholds, ...readFullWindow(options) }, rest };
    }
    if (query.kind !== 'chain') return undefined;
    const last = query.head.methods.at(-1);
    const [over] = last?.args ?? [];
    if (last?.name.text !== 'last' || over?.kind !== 'string') return undefined;
    const head = { ...query.head, methods: query.head.methods.slice(0, -1) };
    const form = monitor.type === 'process alert' ? 'process' : 'search';
    return { condition: { over: over.raw, ...limit, ...thresholds }, rest: { ...monitor, form, head } };
  },
  canonical(condition, measured) {
    return defined({
      over: windowText(condition.over),
      statistic: unless(condition.statistic, defaultStatistic(measured)),
      ...canonicalLimits(condition),
      full_window: unless(condition.full_window, false),
    });
  },
  check(condition, report, measured) {
    const { over } = condition;
    if (!CURRENT.test(over) && !isWindow(windowText(over))) {
      report(
        ['over'],
        `"${over}" is not a valid evaluation window.`,
        'Use minutes, hours, days or weeks: 5m, 1h, 1d, 1w.',
      );
    }
    if (measured !== undefined && measured.form !== 'metric') {
      for (const name of ['statistic', 'full_window'] as const) {
        if (condition[name] !== undefined)
          report([name], `"${name}" is only for metrics.`, `Remove "${name}".`);
      }
    }
    checkLimits(condition, report);
  },
  examples: [
    { signal: { metric: 'queue.depth' }, condition: { over: '10m', above: 1000, warn: 500, recover: 800 } },
  ],
});

function isWindow(text: string): boolean {
  const [, count, unit = ''] = /^([1-9]\d{0,5})([mhdw])$/.exec(text) ?? [];
  return text === '1mo' || (count !== undefined && Number(count) <= (MAX_WINDOW.get(unit) ?? 0));
}

/** Returns the statistic of a condition without one. */
function defaultStatistic(measured: Measured): 'sum' | 'avg' {
  return measured.form === 'metric' && measured.counts ? 'sum' : 'avg';
}

/** Returns a window as the argument of an evaluation. */
function windowArgument(over: string): string {
  return CURRENT.test(over) ? over : `last_${over}`;
}

/** Returns the window of a metric query, or undefined if it has another evaluation. */
function readWindow({ evaluation: { args, methods } }: MetricQuery): string | undefined {
  const [argument, ...others] = args;
  return others.length === 0 && methods.length === 0 ? readWindowArgument(argument) : undefined;
}

/** Returns the window of an argument such as `last_5m`. */
function readWindowArgument(argument: Argument | undefined): string | undefined {
  if (argument?.kind !== 'word') return undefined;
  if (CURRENT.test(argument.text)) return argument.text;
  return argument.text.startsWith('last_') ? argument.text.slice('last_'.length) : undefined;
}

/** Returns `full_window` of a monitor. */
function readFullWindow(options: JsonObject): JsonObject {
  return { full_window: options['require_full_window'] === true };
}
