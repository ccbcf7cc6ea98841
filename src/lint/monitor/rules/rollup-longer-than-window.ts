import { argumentNumber, argumentText } from '../argument-text.ts';
import { callsOf } from '../algorithms.ts';
import type { MonitorRule } from '../monitor-view.ts';
import { minutesOf } from '../query-windows.ts';

export const rollupLongerThanWindow: MonitorRule = {
  code: 'rollup_longer_than_window',
  severity: 'warning',
  summary: 'Points are further apart than the window is long.',
  bad: `type: query alert
query: avg(last_5m):avg:system.load.1{*}.rollup(avg, ⟦900⟧) > 1
`,
  good: `type: query alert
query: avg(last_1h):avg:system.load.1{*}.rollup(avg, 900) > 1
`,
  check: (view) => {
    const { query } = view.parsed;
    const window = query.kind === 'metric' ? argumentText(query.evaluation.args[0]) : undefined;
    const minutes = minutesOf(window ?? '');
    if (minutes === undefined || window?.startsWith('next_') || callsOf(view, 'anomalies').length > 0)
      return [];
    return view.methods.values().flatMap(({ name, args }) => {
      if (name.text !== 'rollup') return [];
      const interval = args.find((argument) => argument.kind === 'number');
      const seconds = argumentNumber(interval);
      if (interval === undefined || seconds === undefined || seconds <= minutes * 60) return [];
      return [
        {
          path: ['query'],
          span: interval.span,
          message: `The monitor often sees no point, and evaluates none or half of one: a point every ${seconds} seconds, and it looks at ${window}.`,
          hint: `Write ${minutes * 60} or less, or look at a longer window.`,
        },
      ];
    });
  },
};
