import type { MonitorRule } from '../monitor-rule.ts';

/** A log monitor has an option that only other types take. */
export const noDataTimeframeOnLogs: MonitorRule = {
  code: 'no_data_timeframe_on_logs',
  severity: 'error',
  check: ({ type, options }) =>
    type === 'log alert' && typeof options['no_data_timeframe'] === 'number'
      ? [
          {
            path: ['options', 'no_data_timeframe'],
            message: 'Datadog refuses no_data_timeframe for log monitors.',
            hint: 'Say what silence means with on_missing_data.',
          },
        ]
      : [],
};
