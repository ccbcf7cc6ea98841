import type { MonitorRule } from '../monitor-view.ts';
import { isOn, withoutOptions } from '../option-values.ts';

/** In Datadog's words: "The renotify_occurrences option can only be used if renotify_interval is set". */
export const renotifyOccurrences: MonitorRule = {
  code: 'renotify_occurrences',
  severity: 'error',
  summary: 'It is said how often to notify again, and not after how long.',
  bad: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
options: {renotify_occurrences: ⟦3⟧}
`,
  good: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
options: {renotify_occurrences: 3, renotify_interval: 60}
`,
  check: ({ options }) =>
    isOn(options['renotify_occurrences']) && !isOn(options['renotify_interval'])
      ? [
          {
            path: ['options', 'renotify_occurrences'],
            message: 'Datadog refuses renotify_occurrences where there is no renotify_interval.',
            hint: 'Add renotify_interval, in minutes, or leave this out.',
            fix: withoutOptions('renotify_occurrences'),
          },
        ]
      : [],
};
