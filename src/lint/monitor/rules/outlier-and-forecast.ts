import { partsIn } from '../../../language/query/walk-query.ts';
import { algorithmFaults, type AlgorithmForm, callsOf, oneOf } from '../algorithms.ts';
import type { MonitorRule } from '../monitor-view.ts';
import { minutesOf } from '../query-windows.ts';

/** Docs, monitors/types/outlier; the share of outlying points belongs to the MAD algorithms. */
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
    ['interval', { fits: isLength, takes: "a length of time, as in '60m'" }],
    ['history', { fits: isLength, takes: "a length of time, as in '1w'" }],
    ['model', { ...oneOf('default', 'simple', 'reactive'), of: ['linear'] }],
    ['seasonality', { ...oneOf('hourly', 'daily', 'weekly'), of: ['seasonal'] }],
    ['timezone', { fits: (text: string) => text.trim() !== '', takes: "a time zone, as in 'utc'" }],
  ]),
};

/** Docs, monitors/types/forecasts: functions that a forecast cannot be made of. */
const UNFORESEEABLE: ReadonlySet<string> = new Set(
  'anomalies cumsum integral outliers piecewise_constant robust_trend trend_line'.split(' '),
);

/** Outlier and forecast monitors. */
export const OUTLIER_AND_FORECAST_RULES: readonly MonitorRule[] = [
  {
    code: 'outlier_arguments',
    severity: 'error',
    summary: 'Outliers are looked for in a way that there is not.',
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
    summary: 'An outlier is looked for among one group alone.',
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
          message: 'The monitor can never alert: without groups there is nothing that one could differ from.',
          hint: 'Group the metric, as in by {host}.',
        })),
  },
  {
    code: 'forecast_arguments',
    severity: 'error',
    summary: 'A forecast is made in a way that there is not.',
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
    summary: 'A forecast is made of something that cannot be forecast.',
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
                    message: `Datadog refuses the query: there is no forecast of ${part.name.text}().`,
                    hint: 'Make the forecast of the metric itself.',
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
