import type { MonitorRule } from '../monitor-view.ts';

export const syntheticsElsewhere: MonitorRule = {
  code: 'synthetics_elsewhere',
  severity: 'error',
  summary: 'The monitor of a synthetic test is made with the test.',
  bad: `type: ⟦synthetics alert⟧
query: no_query
`,
  good: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
`,
  check: ({ whole, type }) =>
    whole && type === 'synthetics alert'
      ? [
          {
            path: ['type'],
            message: 'Datadog refuses to make this monitor: it comes and goes with its synthetic test.',
            hint: 'Make the synthetic test; its monitor can be part of a composite.',
          },
        ]
      : [],
};
