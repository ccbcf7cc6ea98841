import { z } from 'zod';
import { number } from '../../domain/schema-parts.ts';
import { windowText } from '../durations.ts';
import { conditionKind, defined, type Reading, unless } from '../kinds.ts';
import { decimalText, unlessNumber } from '../numbers.ts';
import { algorithmCall, readAlgorithm } from './algorithm-call.ts';
import {
  checkWindow,
  defaultStatistic,
  FULL_WINDOW,
  OVER,
  readEvaluation,
  readFullWindow,
  windowArgument,
} from './windows.ts';

/** The defaults of Datadog's editor. */
const OUTLIER_DEFAULTS = { algorithm: 'DBSCAN', tolerance: 3 } as const;

/** A group that behaves differently from the others. */
export const OUTLIER = conditionKind({
  name: 'outlier',
  schema: z.strictObject({
    outlier: z
      .strictObject({
        algorithm: z
          .enum(['DBSCAN', 'scaledDBSCAN', 'MAD', 'scaledMAD', 'dbscan', 'mad'])
          .meta({ description: 'How groups are compared.', default: OUTLIER_DEFAULTS.algorithm })
          .optional(),
        tolerance: number
          .meta({
            description: 'How far a group may be from the others.',
            default: OUTLIER_DEFAULTS.tolerance,
          })
          .optional(),
        percent: number
          .meta({ description: 'For MAD: the percentage of points that must be far from the others.' })
          .optional(),
      })
      .meta({ description: 'Compares the groups with each other. `{}` takes all defaults.' }),
    over: OVER,
    full_window: FULL_WINDOW.optional(),
  }),
  forms: ['metric'],
  compile(condition, measured) {
    const { over, outlier, full_window = false } = condition;
    const {
      algorithm = OUTLIER_DEFAULTS.algorithm,
      tolerance = OUTLIER_DEFAULTS.tolerance,
      percent,
    } = outlier;
    const values = [
      `'${algorithm}'`,
      decimalText(tolerance),
      percent === undefined ? [] : decimalText(percent),
    ];
    const expression = algorithmCall('outliers', measured, values.flat());
    return {
      query: `${defaultStatistic(measured)}(${windowArgument(over)}):${expression} > 0`,
      options: { thresholds: { critical: 0 }, require_full_window: full_window },
    };
  },
  read(monitor) {
    const { query, options } = monitor;
    if (query.kind !== 'metric') return undefined;
    const window = readEvaluation(query.evaluation);
    const call = readAlgorithm('outliers', query.expression);
    if (!window || !call) return undefined;
    const [algorithm, tolerance, percent] = call.values;
    const rest: Reading = { ...monitor, form: 'metric', expression: call.expression };
    const condition = {
      outlier: defined({ algorithm, tolerance, percent }),
      over: window.over,
      ...readFullWindow(options),
    };
    return { condition, rest };
  },
  canonical({ over, outlier, full_window }) {
    const { algorithm, tolerance, percent } = outlier;
    return defined({
      outlier: defined({
        algorithm: unless(algorithm, OUTLIER_DEFAULTS.algorithm),
        tolerance: unlessNumber(tolerance, OUTLIER_DEFAULTS.tolerance),
        percent: unlessNumber(percent),
      }),
      over: windowText(over),
      full_window: unless(full_window, false),
    });
  },
  check({ over, outlier }, report, measured) {
    checkWindow('over', over, report);
    if (outlier.percent !== undefined && !/mad$/i.test(outlier.algorithm ?? OUTLIER_DEFAULTS.algorithm)) {
      report(
        ['outlier', 'percent'],
        'Only the algorithms MAD and scaledMAD have a percentage.',
        'Remove "percent", or set "algorithm".',
      );
    }
    if (measured?.form === 'metric' && measured.by.length === 0)
      report(['outlier'], 'Outliers are groups, and the signal has none.', 'Add "by" to the signal.');
  },
  examples: [{ signal: { metric: 'cpu.load', by: ['host'] }, condition: { over: '30m', outlier: {} } }],
});
