import type { MonitorRule } from '../monitor-view.ts';
import { isOn } from '../option-values.ts';

const ABOUT: readonly string[] = ['escalation_message', 'renotify_statuses'];

export const neverRenotified: MonitorRule = {
  code: 'never_renotified',
  severity: 'warning',
  summary: 'It is said how to notify again, and the monitor never does.',
  bad: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
options: {escalation_message: ⟦Still high.⟧}
`,
  good: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
options: {escalation_message: Still high., renotify_interval: 60}
`,
  check: ({ options }) =>
    isOn(options['renotify_interval'])
      ? []
      : ABOUT.filter((name) => isOn(options[name])).map((name) => ({
          path: ['options', name],
          message: `${name} is never used: without a renotify_interval the monitor notifies once.`,
          hint: 'Add renotify_interval, in minutes, or leave this out.',
        })),
};
