import { partsIn } from '../../../language/query/walk-query.ts';
import { callsOf } from '../algorithms.ts';
import type { MonitorRule } from '../monitor-view.ts';

/** Docs, monitors/types/forecasts: functions that a forecast cannot be made of. */
const UNFORESEEABLE: ReadonlySet<string> = new Set(
  'anomalies cumsum integral outliers piecewise_constant robust_trend trend_line'.split(' '),
);

export const forecastOfFunction: MonitorRule = {
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
};
