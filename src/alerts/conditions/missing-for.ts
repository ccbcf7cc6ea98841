import { z } from 'zod';
import { toNumber } from '../../domain/json.ts';
import { canonicalDuration, duration, durationText, secondsOf } from '../durations.ts';
import { conditionKind, type Reading } from '../kinds.ts';
import { readEvaluation } from './windows.ts';

/** A limit that no metric exceeds, so that only missing data triggers the alert. */
export const NEVER = 1_000_000_000_000_000;

/** Missing data of a metric. */
export const MISSING_FOR = conditionKind({
  name: 'missing_for',
  schema: z.strictObject({
    missing_for: duration.meta({
      description: 'The alert triggers if the metric has no data for this time.',
      examples: ['30m', '1d2h'],
    }),
  }),
  forms: ['metric'],
  compile({ missing_for: time }, measured) {
    const expression = measured.form === 'metric' ? measured.expression : '';
    return {
      query: `max(last_5m):${expression} > ${NEVER}`,
      options: {
        thresholds: { critical: NEVER },
        require_full_window: false,
        notify_no_data: true,
        no_data_timeframe: Math.round((secondsOf(time) ?? 0) / 60),
      },
    };
  },
  read(monitor) {
    const { query, options } = monitor;
    if (query.kind !== 'metric' || query.comparison?.operator.text !== '>') return undefined;
    const window = readEvaluation(query.evaluation);
    const minutes = toNumber(options['no_data_timeframe']);
    const isNever = Number(query.comparison.limit.text) === NEVER;
    if (!isNever || window?.over !== '5m' || window.statistic !== 'max') return undefined;
    if (options['notify_no_data'] !== true || minutes === undefined || !Number.isSafeInteger(minutes))
      return undefined;
    const rest: Reading = { ...monitor, form: 'metric', expression: query.expression };
    return { condition: { missing_for: durationText(minutes * 60) }, rest };
  },
  canonical: ({ missing_for: time }) => ({ missing_for: canonicalDuration(time) }),
  check({ missing_for: time }, report) {
    const minutes = (secondsOf(time) ?? 0) / 60;
    if (minutes === 0 || !Number.isInteger(minutes)) {
      report(
        ['missing_for'],
        `"${time}" is not a duration in whole minutes.`,
        'Write minutes, hours or days: 30m, 26h, 2d.',
      );
    }
  },
  examples: [{ signal: { metric: 'backup.done', by: ['job'] }, condition: { missing_for: '1d2h' } }],
});
