import { z } from 'zod';
import { window, windowText } from '../durations.ts';
import { conditionKind, defined, type Reading, unless } from '../kinds.ts';
import {
  canonicalLimits,
  checkLimits,
  comparisonText,
  LIMIT_NAMES,
  limitOf,
  LIMITS,
  MORE_LIMITS,
  readLimit,
  readThresholds,
  thresholdsOf,
} from './limits.ts';
import {
  checkWindow,
  defaultStatistic,
  FULL_WINDOW,
  OVER,
  readEvaluation,
  readFullWindow,
  readWindow,
  STATISTIC,
} from './windows.ts';

const FUNCTIONS = { percent: 'pct_change', absolute: 'change' } as const;

/** A change of a metric against an earlier window. */
export const CHANGE = conditionKind({
  name: 'change',
  schema: z.strictObject({
    change: z
      .enum(['percent', 'absolute'])
      .meta({ description: 'Compares the change against an earlier window, in percent or as a difference.' }),
    over: OVER,
    against: window.meta({
      description: 'How much earlier the window is that the present one is compared with.',
      examples: ['1h', '1d', '1w'],
    }),
    statistic: STATISTIC.optional(),
    ...LIMITS,
    ...MORE_LIMITS,
    full_window: FULL_WINDOW.optional(),
  }),
  oneOf: LIMIT_NAMES,
  forms: ['metric'],
  compile(condition, measured) {
    const { change, over, against, statistic = defaultStatistic(measured), full_window = false } = condition;
    const limit = limitOf(condition);
    const expression = measured.form === 'metric' ? measured.expression : '';
    const evaluation = `${FUNCTIONS[change]}(${statistic}(last_${windowText(over)}),last_${windowText(against)})`;
    return {
      query: `${evaluation}:${expression}${comparisonText(limit)}`,
      options: { thresholds: thresholdsOf(limit.value, condition), require_full_window: full_window },
    };
  },
  read(monitor) {
    const { query, options } = monitor;
    const limit = readLimit(query);
    if (query.kind !== 'metric' || !limit) return undefined;
    const { name, args } = query.evaluation;
    const change = name.text === 'change' ? 'absolute' : name.text === 'pct_change' ? 'percent' : undefined;
    const [inner, shift] = args;
    const evaluated = inner && readEvaluation(inner);
    const against = readWindow(shift);
    if (change === undefined || !evaluated || against === undefined) return undefined;
    const rest: Reading = { ...monitor, form: 'metric', expression: query.expression };
    const condition = {
      change,
      ...evaluated,
      against,
      ...limit,
      ...readThresholds(options),
      ...readFullWindow(options),
    };
    return { condition, rest };
  },
  canonical(condition, measured) {
    const { change, over, against, statistic, full_window } = condition;
    return defined({
      change,
      over: windowText(over),
      against: windowText(against),
      statistic: unless(statistic, defaultStatistic(measured)),
      ...canonicalLimits(condition),
      full_window: unless(full_window, false),
    });
  },
  check(condition, report) {
    for (const name of ['over', 'against'] as const) checkWindow(name, condition[name], report);
    checkLimits(condition, report);
  },
  examples: [
    {
      signal: { metric: 'signups', by: ['country'] },
      condition: { over: '1h', change: 'percent', against: '1d', below: -50 },
    },
  ],
});
