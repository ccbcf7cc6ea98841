import { partsIn } from '../../../language/query/walk-query.ts';
import { argumentViolations, type AlgorithmSignature, callsOf, oneOf } from '../algorithms.ts';
import type { MonitorRule } from '../monitor-view.ts';
import { minutesOf } from '../query-windows.ts';

/** Datadog docs, monitors/types/outlier. Only the MAD algorithms take a percentage of outlying points. */
const OUTLIERS: AlgorithmSignature = {
  name: 'outliers',
  algorithms: ['DBSCAN', 'scaledDBSCAN', 'MAD', 'scaledMAD'],
  numbers: [1, 2, 0],
  example: "outliers(avg:system.load.1{*} by {host}, 'DBSCAN', 3)",
  settings: new Map(),
};

/** Datadog docs, monitors/types/forecasts, section API. */
export const FORECAST: AlgorithmSignature = {
  name: 'forecast',
  algorithms: ['linear', 'seasonal'],
  numbers: [1, 1, 1],
  example: "forecast(avg:system.disk.in_use{*}, 'linear', 1)",
  settings: new Map([
    ['interval', { isValid: isInterval, expected: "seconds or a duration, for example 3600 or '60m'" }],
    ['history', { isValid: isDuration, expected: "a duration, for example '1w'" }],
    ['model', { ...oneOf('default', 'simple', 'reactive'), algorithms: ['linear'] }],
    ['seasonality', { ...oneOf('hourly', 'daily', 'weekly'), algorithms: ['seasonal'] }],
    [
      'timezone',
      { isValid: (text: string) => text.trim() !== '', expected: "a time zone, for example 'utc'" },
    ],
  ]),
};

/** Functions that cannot be forecast: Datadog docs, monitors/types/forecasts. */
const NOT_FORECASTABLE: ReadonlySet<string> = new Set(
  'anomalies cumsum integral outliers piecewise_constant robust_trend trend_line'.split(' '),
);

/** Rules about outlier and forecast monitors. */
export const OUTLIER_AND_FORECAST_RULES: readonly MonitorRule[] = [
  {
    code: 'outlier_arguments',
    severity: 'error',
    summary: 'The arguments of `outliers()` are invalid.',
    bad: `type: query alert
query: avg(last_30m):outliers(avg:system.load.1{*} by {host}, ⟦'dbscn'⟧, 3) > 0
`,
    good: `type: query alert
query: avg(last_30m):outliers(avg:system.load.1{*} by {host}, 'dbscan', 3) > 0
`,
    check: (view) =>
      callsOf(view, 'outliers')
        .values()
        .flatMap((call) => argumentViolations(call, OUTLIERS)),
  },
  {
    code: 'outlier_ungrouped',
    severity: 'error',
    summary: 'An outlier monitor has no groups.',
    bad: `type: query alert
query: avg(last_30m):⟦outliers⟧(avg:system.load.1{*}, 'dbscan', 3) > 0
`,
    good: `type: query alert
query: avg(last_30m):outliers(avg:system.load.1{*} by {host}, 'dbscan', 3) > 0
`,
    check: (view) =>
      callsOf(view, 'outliers')
        .values()
        .filter(({ args: [data] }) => {
          const series = data ? partsIn(data).filter((part) => part.kind === 'series') : [];
          return series.length > 0 && series.every(({ groupBy }) => groupBy === undefined);
        })
        .map(({ name }) => ({
          path: ['query'],
          span: name.span,
          message: 'The monitor can never alert: outlier detection requires groups.',
          hint: 'Group the metric, for example by {host}.',
        })),
  },
  {
    code: 'forecast_arguments',
    severity: 'error',
    summary: 'The arguments of `forecast()` are invalid.',
    bad: `type: query alert
query: max(next_1w):forecast(avg:system.disk.in_use{*}, 'linear', ⟦0⟧) >= 0.9
`,
    good: `type: query alert
query: max(next_1w):forecast(avg:system.disk.in_use{*}, 'linear', 1) >= 0.9
`,
    check: (view) =>
      callsOf(view, 'forecast')
        .values()
        .flatMap((call) => argumentViolations(call, FORECAST)),
  },
  {
    code: 'forecast_of_function',
    severity: 'error',
    summary: 'A forecast uses a function that forecasts do not support.',
    bad: `type: query alert
query: max(next_1w):forecast(⟦cumsum⟧(avg:web.errors{*}), 'linear', 1) >= 100
`,
    good: `type: query alert
query: max(next_1w):forecast(avg:web.errors{*}, 'linear', 1) >= 100
`,
    check: (view) =>
      callsOf(view, 'forecast')
        .values()
        .flatMap(({ args: [data] }) =>
          (data ? partsIn(data) : []).flatMap((part) =>
            part.kind === 'call' && NOT_FORECASTABLE.has(part.name.text)
              ? [
                  {
                    path: ['query'],
                    span: part.name.span,
                    message: `Datadog rejects the query: forecast() does not support ${part.name.text}().`,
                    hint: 'Forecast the metric itself.',
                  },
                ]
              : [],
          ),
        ),
  },
];

function isInterval(text: string): boolean {
  return isDuration(text) || Number(text) > 0;
}

function isDuration(text: string): boolean {
  return /^\d/.test(text) && (minutesOf(text) ?? 0) > 0;
}
