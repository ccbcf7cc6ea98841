import { argumentText } from '../argument-text.ts';
import type { MonitorRule } from '../monitor-view.ts';
import { minutesOf } from '../query-windows.ts';

export const burnRateWindows: MonitorRule = {
  code: 'burn_rate_windows',
  severity: 'error',
  summary: 'The short window of a burn rate is no shorter than the long one.',
  bad: `type: slo alert
query: burn_rate("8f0b1d6f2c4e5a7b9c0d1e2f3a4b5c6d").over("30d").long_window("1h").short_window(⟦"1h"⟧) > 14.4
`,
  good: `type: slo alert
query: burn_rate("8f0b1d6f2c4e5a7b9c0d1e2f3a4b5c6d").over("30d").long_window("1h").short_window("5m") > 14.4
`,
  check: ({ parsed: { query } }) => {
    if (query.kind !== 'chain' || query.head.name.text !== 'burn_rate') return [];
    const [long, short] = ['long_window', 'short_window'].map(
      (called) => query.head.methods.find(({ name }) => name.text === called)?.args[0],
    );
    const [most, least] = [long, short].map((window) => minutesOf(argumentText(window) ?? ''));
    if (short === undefined || most === undefined || least === undefined || least < most) return [];
    return [
      {
        path: ['query'],
        span: short.span,
        message: 'Datadog refuses the query: the short window has to be shorter than the long one.',
        hint: 'A twelfth of the long window is usual: 5m of 1h.',
      },
    ];
  },
};
