import { partsIn } from '../../../language/query/walk-query.ts';
import { algorithmFaults, type AlgorithmForm, callsOf, oneOf } from '../algorithms.ts';
import type { MonitorRule } from '../monitor-view.ts';
import { minutesOf } from '../query-windows.ts';

/** Docs, monitors/types/outlier. Only the MAD algorithms take a percentage of outlying points. */
const OUTLIERS: AlgorithmForm = {
  name: 'outliers',
  algorithms: ['DBSCAN', 'scaledDBSCAN', 'MAD', 'scaledMAD'],
  numbers: [1, 2, 0],
  example: "outliers(avg:system.load.1{*} by {host}, 'DBSCAN', 3)",
  settings: new Map(),
};

/** Docs, monitors/types/forecasts, section API. */
export const FORECAST: AlgorithmForm = {
  name: 'forecast',
  algorithms: ['linear', 'seasonal'],
  numbers: [1, 1, 1],
  example: "forecast(avg:system.disk.in_use{*}, 'linear', 1)",
  settings: new Map([
    ['interval', { fits: isLength, takes: "a duration, for example '60m'" }],
    ['history', { fits: isLength, takes: "a duration, for example '1w'" }],
    ['model', { ...oneOf('default', 'simple', 'reactive'), of: ['linear'] }],
    ['seasonality', { ...oneOf('hourly', 'daily', 'weekly'), of: ['seasonal'] }],
    ['timezone', { fits: (text: string) => text.trim() !== '', takes: "a time zone, for example 'utc'" }],
  ]),
};

/** Functions that cannot be forecast: docs, monitors/types/forecasts. */
const UNFORESEEABLE: ReadonlySet<string> = new Set(
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
        .flatMap((call) => algorithmFaults(call, OUTLIERS)),
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
        .flatMap((call) => algorithmFaults(call, FORECAST)),
  },
  {
    code: 'forecast_of_function',
    severity: 'error',
    summary: 'A forecast uses a function that cannot be forecast.',
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
            part.kind === 'call' && UNFORESEEABLE.has(part.name.text)
              ? [
                  {
                    path: ['query'],
                    span: part.name.span,
                    message: `Datadog rejects the query: ${part.name.text}() cannot be forecast.`,
                    hint: 'Forecast the metric itself.',
                  },
                ]
              : [],
          ),
        ),
  },
];

function isLength(text: string): boolean {
  return /^\d/.test(text) && (minutesOf(text) ?? 0) > 0;
}
