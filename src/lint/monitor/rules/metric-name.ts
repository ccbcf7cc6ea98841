import type { MonitorRule } from '../monitor-view.ts';

/** Names of metrics: docs, metrics/custom_metrics, naming. */
const NAME = /^[A-Za-z][A-Za-z0-9_]*(?:\.[A-Za-z0-9_]+)*$/;
const LONGEST = 200;

export const metricName: MonitorRule = {
  code: 'metric_name',
  severity: 'error',
  summary: 'No metric can have this name.',
  bad: `type: query alert
query: avg(last_5m):avg:⟦5xx.errors⟧{*} > 1
`,
  good: `type: query alert
query: avg(last_5m):avg:errors.5xx{*} > 1
`,
  check: ({ series }) =>
    series.values().flatMap(({ metric: { text, span } }) => {
      // What begins with a dollar sign is a variable, which another rule tells of.
      if (text === '' || text.startsWith('$') || (NAME.test(text) && text.length <= LONGEST)) return [];
      return [
        {
          path: ['query'],
          span,
          message: 'The monitor will never see data: no metric can be called so.',
          hint: `Names begin with a letter, have letters, digits, underscores and single points between, and at most ${LONGEST} of them.`,
        },
      ];
    }),
};
