import { callsOf } from '../algorithms.ts';
import { argumentText } from '../argument-text.ts';
import type { MonitorRule } from '../monitor-view.ts';

export const forecastWindow: MonitorRule = {
  code: 'forecast_window',
  severity: 'error',
  summary: 'A forecast looks back, or something else looks ahead.',
  bad: `type: query alert
query: max(⟦last_1w⟧):forecast(avg:system.disk.in_use{*}, 'linear', 1) >= 0.9
`,
  good: `type: query alert
query: max(next_1w):forecast(avg:system.disk.in_use{*}, 'linear', 1) >= 0.9
`,
  check: (view) => {
    const { query, faults } = view.parsed;
    const [window] = query.kind === 'metric' ? query.evaluation.args : [];
    const text = argumentText(window);
    if (window === undefined || text === undefined || faults.length > 0) return [];
    const ahead = text.startsWith('next_');
    if (ahead === callsOf(view, 'forecast').length > 0) return [];
    return [
      {
        path: ['query'],
        span: window.span,
        message: ahead
          ? 'Datadog refuses the query: without forecast() nothing is known of what comes next.'
          : 'Datadog refuses the query: a forecast looks ahead, and this window lies in the past.',
        hint: ahead ? 'Write a window such as last_5m.' : 'Write a window such as next_1w.',
      },
    ];
  },
};
