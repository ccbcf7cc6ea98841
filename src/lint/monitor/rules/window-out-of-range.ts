import type { MonitorRule } from '../monitor-view.ts';
import { minutesOf, windowsOf } from '../query-windows.ts';

export const windowOutOfRange: MonitorRule = {
  code: 'window_out_of_range',
  severity: 'error',
  summary: 'The query looks further back, or ahead, than its type of monitor can.',
  bad: `type: log alert
query: logs("service:shop").index("*").rollup("count").last("⟦30d⟧") > 10
`,
  good: `type: log alert
query: logs("service:shop").index("*").rollup("count").last("1d") > 10
`,
  check: (view) =>
    windowsOf(view)
      .values()
      .flatMap(({ text, span, form }) => {
        const minutes = minutesOf(text);
        if (minutes === undefined || minutes === 0 || !form.pattern.test(text)) return [];
        if (minutes >= form.least && minutes <= form.most) return [];
        return [
          {
            path: ['query'],
            span,
            message: `Datadog refuses the query: ${text} is too ${minutes > form.most ? 'long' : 'short'} for this type of monitor.`,
            hint: `Windows here are ${form.range} long, as in ${form.as}.`,
          },
        ];
      }),
};
