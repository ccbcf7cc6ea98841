import { textOf } from '../../../domain/json.ts';
import type { MonitorRule, MonitorView } from '../monitor-view.ts';
import { isOn } from '../option-values.ts';

/** When a monitor gets into a status at all; a composite does where its members do. */
const REACHED: ReadonlyMap<string, (view: MonitorView) => boolean> = new Map([
  ['warn', ({ thresholds, type }) => type === 'composite' || thresholds['warning'] != null],
  [
    'no data',
    ({ options, type }) =>
      type === 'composite' ||
      isOn(options['notify_no_data']) ||
      textOf(options['on_missing_data']).startsWith('show'),
  ],
]);

export const renotifyStatusUnreached: MonitorRule = {
  code: 'renotify_status_unreached',
  severity: 'warning',
  summary: 'The monitor is to notify again of a status that it never has.',
  bad: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
options: {renotify_interval: 60, renotify_statuses: [alert, ⟦warn⟧], thresholds: {critical: 2}}
`,
  good: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
options: {renotify_interval: 60, renotify_statuses: [alert, warn], thresholds: {critical: 2, warning: 1}}
`,
  check: (view) => {
    const statuses = view.options['renotify_statuses'];
    if (!Array.isArray(statuses) || !isOn(view.options['renotify_interval'])) return [];
    return statuses.values().flatMap((status, at) => {
      const reached = typeof status === 'string' ? REACHED.get(status) : undefined;
      if (!reached || reached(view)) return [];
      return [
        {
          path: ['options', 'renotify_statuses', at],
          message: `The monitor never has the status ${textOf(status)}, so this notifies nobody.`,
          hint:
            status === 'warn'
              ? 'Set a warning threshold, or leave it out.'
              : 'Set on_missing_data or notify_no_data, or leave it out.',
        },
      ];
    });
  },
};
