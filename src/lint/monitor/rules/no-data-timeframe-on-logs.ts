import type { MonitorRule } from '../monitor-view.ts';
import { numericOf, withoutOptions } from '../option-values.ts';

export const noDataTimeframeOnLogs: MonitorRule = {
  code: 'no_data_timeframe_on_logs',
  severity: 'error',
  summary: 'A log monitor has an option that only other types take.',
  bad: `type: log alert
query: logs("status:error").index("*").rollup("count").last("5m") > 10
options:
  no_data_timeframe: ⟦10⟧
`,
  good: `type: log alert
query: logs("status:error").index("*").rollup("count").last("5m") > 10
options:
  on_missing_data: default
`,
  check: ({ type, options }) =>
    type === 'log alert' && numericOf(options['no_data_timeframe']) !== undefined
      ? [
          {
            path: ['options', 'no_data_timeframe'],
            message: 'Datadog refuses no_data_timeframe for log monitors.',
            hint: 'Say what silence means with on_missing_data.',
            fix: withoutOptions('no_data_timeframe'),
          },
        ]
      : [],
};
