import { type AlgorithmForm, algorithmFaults, callsOf, oneOf } from '../algorithms.ts';
import type { MonitorRule } from '../monitor-view.ts';
import { minutesOf } from '../query-windows.ts';

/** Docs, monitors/types/anomaly, section API. */
export const ANOMALIES: AlgorithmForm = {
  name: 'anomalies',
  algorithms: ['basic', 'agile', 'robust'],
  numbers: [1, 1, 0],
  example: "anomalies(avg:system.load.1{*}, 'agile', 2, direction='both')",
  settings: new Map([
    ['direction', oneOf('above', 'below', 'both')],
    [
      'alert_window',
      {
        fits: (text: string) => text.startsWith('last_') && (minutesOf(text) ?? 0) > 0,
        takes: "a window, as in 'last_15m'",
      },
    ],
    ['interval', { fits: (text: string) => Number(text) > 0, takes: 'seconds, as in 60' }],
    ['count_default_zero', oneOf('true', 'false')],
    ['seasonality', { ...oneOf('hourly', 'daily', 'weekly'), of: ['agile', 'robust'] }],
    ['timezone', { fits: (text: string) => text.trim() !== '', takes: "a time zone, as in 'utc'" }],
  ]),
};

export const anomalyArguments: MonitorRule = {
  code: 'anomaly_arguments',
  severity: 'error',
  summary: 'Anomalies are looked for in a way that there is not.',
  bad: `type: query alert
query: avg(last_4h):anomalies(avg:system.load.1{*}, ⟦'agil'⟧, 2) >= 1
`,
  good: `type: query alert
query: avg(last_4h):anomalies(avg:system.load.1{*}, 'agile', 2) >= 1
`,
  check: (view) =>
    callsOf(view, 'anomalies')
      .values()
      .flatMap((call) => algorithmFaults(call, ANOMALIES)),
};
