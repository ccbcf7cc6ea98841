import { z } from 'zod';
import { toNumber } from '../../domain/json.ts';
import { number } from '../../domain/schema-parts.ts';
import { canonicalDuration, duration, secondsOf, window, windowText } from '../durations.ts';
import { conditionKind, defined, type Reading, unless } from '../kinds.ts';
import { decimalText, unlessNumber } from '../numbers.ts';
import { algorithmCall, readAlgorithm } from './algorithm-call.ts';
import {
  canonicalLimits,
  checkLimits,
  comparisonText,
  limitOf,
  LIMITS,
  MORE_LIMITS,
  readLimit,
  readThresholds,
  thresholdsOf,
} from './limits.ts';
import { FULL_WINDOW, readFullWindow } from './windows.ts';

/** The defaults of Datadog's editor. */
const FORECAST_DEFAULTS = {
  algorithm: 'linear',
  deviations: 1,
  interval: '60m',
  history: '1w',
  model: 'default',
  seasonality: 'weekly',
} as const;

const settings = z
  .strictObject({
    algorithm: z
      .enum(['linear', 'seasonal'])
      .meta({ description: 'How the metric is predicted.', default: FORECAST_DEFAULTS.algorithm })
      .optional(),
    deviations: number
      .meta({ description: 'The width of the prediction.', default: FORECAST_DEFAULTS.deviations })
      .optional(),
    interval: duration
      .meta({ description: 'The interval of the points.', default: FORECAST_DEFAULTS.interval })
      .optional(),
    history: window
      .meta({
        description: 'For `linear`: the past that the prediction is based on.',
        default: FORECAST_DEFAULTS.history,
      })
      .optional(),
    model: z
      .enum(['default', 'simple', 'reactive'])
      .meta({
        description: 'For `linear`: how fast the prediction follows the metric.',
        default: FORECAST_DEFAULTS.model,
      })
      .optional(),
    seasonality: z
      .enum(['hourly', 'daily', 'weekly'])
      .meta({
        description: 'For `seasonal`: the rhythm of the metric.',
        default: FORECAST_DEFAULTS.seasonality,
      })
      .optional(),
  })
  .meta({ description: 'Predicts the metric. `{}` takes all defaults.' });

type Settings = z.output<typeof settings>;

/** A prediction that reaches a limit. */
export const FORECAST = conditionKind({
  name: 'forecast',
  schema: z.strictObject({
    forecast: settings,
    within: window.meta({
      description: 'How far the prediction looks ahead: from 12h to 3mo.',
      examples: ['1w'],
    }),
    above: LIMITS.above,
    at_least: LIMITS.at_least,
    below: LIMITS.below,
    at_most: LIMITS.at_most,
    ...MORE_LIMITS,
    full_window: FULL_WINDOW.optional(),
  }),
  oneOf: ['above', 'at_least', 'below', 'at_most'],
  forms: ['metric'],
  compile(condition, measured) {
    const { within, forecast, full_window = false } = condition;
    const limit = limitOf(condition);
    const expression = algorithmCall('forecast', measured, ...argumentsOf(forecast));
    const statistic = statisticOf(limit.operator);
    return {
      query: `${statistic}(next_${windowText(within)}):${expression}${comparisonText(limit)}`,
      options: { thresholds: thresholdsOf(limit.value, condition), require_full_window: full_window },
    };
  },
  read(monitor) {
    const { query, options } = monitor;
    const limit = readLimit(query);
    if (query.kind !== 'metric' || !limit) return undefined;
    const call = readAlgorithm('forecast', query.expression);
    const [argument] = query.evaluation.args;
    if (!call || argument?.kind !== 'word' || !argument.text.startsWith('next_')) return undefined;
    const interval = call.named.get('interval');
    const forecast = defined({
      algorithm: call.values[0],
      deviations: call.values[1],
      interval: typeof interval === 'string' ? canonicalDuration(interval) : interval,
      history: call.named.get('history'),
      model: call.named.get('model'),
      seasonality: call.named.get('seasonality'),
    });
    const rest: Reading = { ...monitor, form: 'metric', expression: call.expression };
    const within = argument.text.slice('next_'.length);
    const condition = { within, forecast, ...limit, ...readThresholds(options), ...readFullWindow(options) };
    return { condition, rest };
  },
  canonical(condition) {
    const { within, forecast, full_window } = condition;
    return defined({
      within: windowText(within),
      forecast: canonicalSettings(forecast),
      ...canonicalLimits(condition),
      full_window: unless(full_window, false),
    });
  },
  check(condition, report) {
    const { within, forecast } = condition;
    const ahead = secondsOf(within) ?? 0;
    if (ahead < MIN_AHEAD || ahead > MAX_AHEAD) {
      report(['within'], `"${within}" is not a valid time of a forecast.`, 'Use 12h to 3mo, for example 1w.');
    }
    const others =
      forecast.algorithm === 'seasonal' ? (['history', 'model'] as const) : (['seasonality'] as const);
    for (const name of others) {
      if (forecast[name] !== undefined) {
        report(
          ['forecast', name],
          `The algorithm "${forecast.algorithm ?? FORECAST_DEFAULTS.algorithm}" has no ${name}.`,
          `Remove "${name}".`,
        );
      }
    }
    const minutes = (secondsOf(forecast.interval ?? '1m') ?? 0) / 60;
    if (minutes === 0 || !Number.isInteger(minutes))
      report(['forecast', 'interval'], 'The interval must be whole minutes.', 'For example 60m.');
    const deviations = toNumber(forecast.deviations) ?? FORECAST_DEFAULTS.deviations;
    if (deviations < 1)
      report(['forecast', 'deviations'], '"deviations" must be at least 1.', 'Use 1 or more.');
    checkLimits(condition, report);
  },
  examples: [
    {
      signal: { metric: 'disk.used', by: ['host'] },
      condition: { within: '1w', forecast: {}, at_least: 0.9, recover: 0.8 },
    },
  ],
});

const MIN_AHEAD = 43_200;
/** Three months of at most 31 days. */
const MAX_AHEAD = 8_035_200;

/** A prediction reaches a limit above with its maximum, and one below with its minimum. */
function statisticOf(operator: string): 'max' | 'min' {
  return operator.startsWith('>') ? 'max' : 'min';
}

/** Returns the arguments of `forecast`, in the order of Datadog's editor. */
function argumentsOf(forecast: Settings): [values: string[], named: [string, string][]] {
  const { algorithm, deviations, interval, history, model, seasonality } = {
    ...FORECAST_DEFAULTS,
    ...given(forecast),
  };
  const minutes = `${(secondsOf(interval) ?? 0) / 60}m`;
  return [
    [`'${algorithm}'`, decimalText(deviations)],
    [
      ['interval', `'${minutes}'`],
      ...(algorithm === 'seasonal'
        ? [['seasonality', `'${seasonality}'`] satisfies [string, string]]
        : [
            ['history', `'${windowText(history)}'`] satisfies [string, string],
            ['model', `'${model}'`] satisfies [string, string],
          ]),
    ],
  ];
}

/** Returns the settings that are given. */
function given<T extends object>(values: T): { [name in keyof T]?: NonNullable<T[name]> } {
  const found: { [name in keyof T]?: NonNullable<T[name]> } = {};
  for (const name in values) {
    const value = values[name];
    if (value !== undefined && value !== null) found[name] = value;
  }
  return found;
}

function canonicalSettings({ algorithm, deviations, interval, history, model, seasonality }: Settings) {
  return defined({
    algorithm: unless(algorithm, FORECAST_DEFAULTS.algorithm),
    deviations: unlessNumber(deviations, FORECAST_DEFAULTS.deviations),
    interval: interval && unless(canonicalDuration(interval), canonicalDuration(FORECAST_DEFAULTS.interval)),
    history: history && unless(windowText(history), FORECAST_DEFAULTS.history),
    model: unless(model, FORECAST_DEFAULTS.model),
    seasonality: unless(seasonality, FORECAST_DEFAULTS.seasonality),
  });
}
