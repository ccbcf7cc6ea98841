import type { MonitorRule } from '../monitor-rule.ts';
import { thresholdOf } from '../thresholds.ts';

/** A service check keeps so many results at most. */
const MOST = 100;
const COUNTED = ['critical', 'warning', 'ok'];

/** A threshold of a service check asks for more results than `last(n)` keeps. */
export const checkCount: MonitorRule = {
  code: 'check_count',
  severity: 'error',
  check: ({ parsed: { query }, thresholds }) => {
    if (query.kind !== 'check') return [];
    const last = query.methods.find(({ name }) => name.text === 'last')?.args[0];
    if (last?.kind !== 'number') return [];
    const kept = Number(last.text);
    const percent = query.methods.some(({ name }) => name.text === 'pct_by_status');
    const asked = COUNTED.map((name) => ({ name, count: thresholdOf(thresholds, name) ?? 0 }));
    const most = asked.reduce((a, b) => (b.count > a.count ? b : a));
    if (kept > MOST)
      return [
        {
          path: ['query'],
          span: last.span,
          message: `Datadog keeps ${MOST} results of a check at most, not ${kept}.`,
        },
      ];
    if (percent || kept >= most.count) return [];
    return [
      {
        path: ['query'],
        span: last.span,
        message: `Datadog refuses the monitor: ${most.name} asks for ${most.count} results, and the query looks at the last ${kept}.`,
        hint: `Write last(${most.count + 1}).`,
      },
    ];
  },
};
