import { z } from 'zod';
import { windowText } from '../durations.ts';
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
  checkSourceWindow,
  checkWindow,
  defaultStatistic,
  FULL_WINDOW,
  OVER,
  readEvaluation,
  readFullWindow,
  STATISTIC,
  windowArgument,
} from './windows.ts';

/** The type without recovery thresholds: "Invalid threshold statuses found" (DataDog/terraform-provider-datadog). */
const WITHOUT_RECOVERY = 'event-v2 alert';

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
      const window = readEvaluation(query.evaluation);
      const rest: Reading = { ...monitor, form: 'metric', expression: query.expression };
      if (window === undefined) return undefined;
      return { condition: { ...window, ...limit, ...thresholds, ...readFullWindow(options) }, rest };
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
    if (measured === undefined || measured.form === 'metric') checkWindow('over', condition.over, report);
    else checkSourceWindow(measured.type, condition.over, report);
    if (measured?.type === WITHOUT_RECOVERY) {
      for (const name of ['recover', 'warn_recover'] as const) {
        if (condition[name] !== undefined)
          report([name], 'Datadog rejects recovery thresholds of events.', `Remove "${name}".`);
      }
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
