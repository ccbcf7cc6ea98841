import { z } from 'zod';
import { isObject, type Json, type JsonObject, own, toNumber } from '../../domain/json.ts';
import { nonEmptyText, number } from '../../domain/schema-parts.ts';
import { canonicalDuration, duration, durationText, secondsOf, window, windowText } from '../durations.ts';
import { conditionKind, defined, type Reading, unless } from '../kinds.ts';
import { decimal, decimalText, unlessNumber } from '../numbers.ts';
import { algorithmCall, readAlgorithm } from './algorithm-call.ts';
import { canonicalLimits, comparisonText, MORE_LIMITS, readThresholds, thresholdsOf } from './limits.ts';
import {
  checkWindow,
  FULL_WINDOW,
  OVER,
  readEvaluation,
  readFullWindow,
  STATISTIC,
  windowArgument,
} from './windows.ts';

/** The defaults: they suit a metric that has the rhythm of days and weekends. */
const ANOMALY_DEFAULTS = {
  algorithm: 'agile',
  deviations: 3,
  direction: 'both',
  seasonality: 'weekly',
  window: '15m',
  share: 1,
  recover: 0,
} as const;

/** The intervals that Datadog's editor offers, in seconds. */
const INTERVALS = [20, 60, 120, 300, 600, 1200, 1800, 3600];
/** The default interval is the window divided by this. */
const POINTS = 15;

const settings = z
  .strictObject({
    algorithm: z
      .enum(['agile', 'basic', 'robust'])
      .meta({
        description: 'How the expected range is predicted; `basic` knows no seasons.',
        default: ANOMALY_DEFAULTS.algorithm,
      })
      .optional(),
    deviations: number
      .meta({
        description: 'The width of the expected range, in standard deviations.',
        default: ANOMALY_DEFAULTS.deviations,
      })
      .optional(),
    direction: z
      .enum(['above', 'below', 'both'])
      .meta({ description: 'The side of the range that counts.', default: ANOMALY_DEFAULTS.direction })
      .optional(),
    seasonality: z
      .enum(['hourly', 'daily', 'weekly'])
      .meta({ description: 'The rhythm of the metric.', default: ANOMALY_DEFAULTS.seasonality })
      .optional(),
    window: window
      .meta({
        description: 'The window whose points are compared with the expected range.',
        default: ANOMALY_DEFAULTS.window,
      })
      .optional(),
    recovery_window: window
      .meta({ description: 'The window that must be within the range to recover. Default: `window`.' })
      .optional(),
    share: number
      .meta({
        description: 'The share of points outside the range that triggers the alert, from 0 to 1.',
        default: ANOMALY_DEFAULTS.share,
      })
      .optional(),
    interval: duration
      .meta({ description: 'The interval of the points. Default: a fifteenth of `window`, rounded up.' })
      .optional(),
    timezone: nonEmptyText
      .meta({ description: 'The time zone of daily and weekly rhythms.', examples: ['utc'] })
      .optional(),
  })
  .meta({ description: 'Compares the metric with what its past lets expect. `{}` takes all defaults.' });

type Settings = z.output<typeof settings>;

/** A metric outside the range that its past lets expect. */
export const ANOMALY = conditionKind({
  name: 'anomaly',
  schema: z.strictObject({
    anomaly: settings,
    over: OVER,
    statistic: STATISTIC.optional(),
    ...MORE_LIMITS,
    full_window: FULL_WINDOW.optional(),
  }),
  forms: ['metric'],
  compile(condition, measured) {
    const {
      over,
      anomaly,
      statistic = 'avg',
      full_window = false,
      recover = ANOMALY_DEFAULTS.recover,
    } = condition;
    const trigger = anomaly.window ?? ANOMALY_DEFAULTS.window;
    const share = decimal(anomaly.share ?? ANOMALY_DEFAULTS.share);
    const expression = algorithmCall('anomalies', measured, ...argumentsOf(anomaly, trigger));
    const limit = comparisonText({ operator: '>=', value: share });
    return {
      query: `${statistic}(${windowArgument(over)}):${expression}${limit}`,
      options: {
        thresholds: thresholdsOf(share, { ...condition, recover }),
        threshold_windows: {
          trigger_window: windowArgument(trigger),
          recovery_window: windowArgument(anomaly.recovery_window ?? trigger),
        },
        require_full_window: full_window,
      },
    };
  },
  read(monitor) {
    const { query, options } = monitor;
    if (query.kind !== 'metric' || query.comparison?.limit.kind !== 'number') return undefined;
    const evaluated = readEvaluation(query.evaluation);
    const call = readAlgorithm('anomalies', query.expression);
    if (!evaluated || !call) return undefined;
    const anomaly = defined({
      algorithm: call.values[0],
      deviations: call.values[1],
      direction: call.named.get('direction'),
      seasonality: call.named.get('seasonality'),
      ...readWindows(options),
      share: decimal(query.comparison.limit.text),
      interval: readInterval(call.named.get('interval')),
      timezone: call.named.get('timezone'),
    });
    const rest: Reading = { ...monitor, form: 'metric', expression: call.expression };
    const condition = { anomaly, ...evaluated, ...readThresholds(options), ...readFullWindow(options) };
    return { condition, rest };
  },
  canonical(condition) {
    const { over, anomaly, statistic, full_window } = condition;
    const { recover, ...limits } = canonicalLimits(condition);
    return defined({
      over: windowText(over),
      anomaly: canonicalSettings(anomaly),
      statistic: unless(statistic, 'avg'),
      ...limits,
      recover: toNumber(recover) === ANOMALY_DEFAULTS.recover ? undefined : recover,
      full_window: unless(full_window, false),
    });
  },
  check(condition, report) {
    checkWindow('over', condition.over, report);
    const { anomaly, warn, recover, warn_recover: warnRecover } = condition;
    const share = toNumber(anomaly.share) ?? ANOMALY_DEFAULTS.share;
    if (share <= 0 || share > 1)
      report(['anomaly', 'share'], 'A share must be above 0 and at most 1.', '1 means all points.');
    const w = toNumber(warn);
    if (w !== undefined && w >= share) {
      report(
        ['warn'],
        `The warning threshold ${w} is reached only after the share ${share} of the alert.`,
        `Set "warn" below ${share}.`,
      );
    }
    const r = toNumber(recover);
    if (r !== undefined && r >= share) {
      report(
        ['recover'],
        `The recovery threshold ${r} is within the alert range of ${share}.`,
        `Set "recover" below ${share}.`,
      );
    }
    if (warnRecover !== undefined && w === undefined)
      report(['warn_recover'], 'This recovery is never reached: the condition has no "warn".', 'Add "warn".');
    if (anomaly.algorithm === 'basic' && anomaly.seasonality !== undefined) {
      report(
        ['anomaly', 'seasonality'],
        'The algorithm "basic" ignores the seasonality.',
        'Remove "seasonality", or use "agile" or "robust".',
        'warning',
      );
    }
    for (const name of ['window', 'recovery_window', 'interval'] as const) {
      const text = anomaly[name];
      if (text !== undefined && !((secondsOf(text) ?? 0) > 0))
        report(['anomaly', name], `"${text}" is not a valid duration.`, 'For example 15m.');
    }
  },
  examples: [
    { signal: { metric: 'orders', as: 'count' }, condition: { over: '4h', anomaly: { direction: 'below' } } },
  ],
});

/** Returns the arguments of `anomalies`, in the order of Datadog's editor. */
function argumentsOf(anomaly: Settings, trigger: string): [values: string[], named: [string, string][]] {
  const {
    algorithm = ANOMALY_DEFAULTS.algorithm,
    deviations = ANOMALY_DEFAULTS.deviations,
    timezone,
  } = anomaly;
  const { direction = ANOMALY_DEFAULTS.direction } = anomaly;
  const rhythm = anomaly.seasonality ?? (algorithm === 'basic' ? undefined : ANOMALY_DEFAULTS.seasonality);
  const interval = anomaly.interval === undefined ? undefined : secondsOf(anomaly.interval);
  return [
    [`'${algorithm}'`, decimalText(deviations)],
    [
      ['direction', `'${direction}'`],
      ['alert_window', `'${windowArgument(trigger)}'`],
      ['interval', String(interval ?? defaultInterval(trigger))],
      ['count_default_zero', "'true'"],
      ...(rhythm === undefined ? [] : [['seasonality', `'${rhythm}'`] satisfies [string, string]]),
      ...(timezone === undefined ? [] : [['timezone', `'${timezone}'`] satisfies [string, string]]),
    ],
  ];
}

function defaultInterval(trigger: string): number {
  const wanted = (secondsOf(trigger) ?? 0) / POINTS;
  return INTERVALS.find((one) => one >= wanted) ?? INTERVALS.at(-1) ?? wanted;
}

function readWindows(options: JsonObject): Record<string, Json | undefined> {
  const windows = own(options, 'threshold_windows');
  const at = (name: string): string | undefined => {
    const text = isObject(windows) ? own(windows, name) : undefined;
    return typeof text === 'string' ? text.replace(/^last_/, '') : undefined;
  };
  return { window: at('trigger_window'), recovery_window: at('recovery_window') };
}

function readInterval(value: Json | undefined): string | undefined {
  const seconds = toNumber(value);
  return seconds !== undefined && Number.isSafeInteger(seconds) && seconds > 0
    ? durationText(seconds)
    : undefined;
}

function canonicalSettings(anomaly: Settings): JsonObject {
  const trigger = windowText(anomaly.window ?? ANOMALY_DEFAULTS.window);
  const { algorithm, deviations, direction, seasonality, recovery_window, share, interval, timezone } =
    anomaly;
  const seconds = interval === undefined ? undefined : secondsOf(interval);
  return defined({
    algorithm: unless(algorithm, ANOMALY_DEFAULTS.algorithm),
    deviations: unlessNumber(deviations, ANOMALY_DEFAULTS.deviations),
    direction: unless(direction, ANOMALY_DEFAULTS.direction),
    seasonality: algorithm === 'basic' ? seasonality : unless(seasonality, ANOMALY_DEFAULTS.seasonality),
    window: unless(trigger, ANOMALY_DEFAULTS.window),
    recovery_window: recovery_window && unless(windowText(recovery_window), trigger),
    share: unlessNumber(share, ANOMALY_DEFAULTS.share),
    interval: seconds === defaultInterval(trigger) ? undefined : interval && canonicalDuration(interval),
    timezone,
  });
}
