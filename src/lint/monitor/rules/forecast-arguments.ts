import { type AlgorithmForm, algorithmFaults, callsOf, oneOf } from '../algorithms.ts';
import type { MonitorRule } from '../monitor-view.ts';
import { minutesOf } from '../query-windows.ts';

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

export const forecastArguments: MonitorRule = {
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
};

function isLength(text: string): boolean {
  return /^\d/.test(text) && (minutesOf(text) ?? 0) > 0;
}
