import { isObject } from '../../../domain/json.ts';
import type { Hit } from '../../rule.ts';
import type { MonitorRule } from '../monitor-view.ts';

/** What a custom schedule goes with: docs, monitors/guide/custom_schedules. */
export const customScheduleNeeds: MonitorRule = {
  code: 'custom_schedule_needs',
  severity: 'error',
  summary: 'A custom schedule needs another value of an option.',
  bad: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
options:
  on_missing_data: default
  require_full_window: ⟦true⟧
  scheduling_options: {custom_schedule: {recurrences: [{rrule: FREQ=DAILY}]}}
`,
  good: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
options:
  on_missing_data: default
  require_full_window: false
  scheduling_options: {custom_schedule: {recurrences: [{rrule: FREQ=DAILY}]}}
`,
  check: ({ options }) => {
    const { scheduling_options: schedule, on_missing_data: missing, require_full_window: full } = options;
    if (!isObject(schedule) || !isObject(schedule['custom_schedule'])) return [];
    const hits: Hit[] = [];
    if (missing == null)
      hits.push({
        path: ['options', 'scheduling_options'],
        message: 'Datadog refuses a custom schedule where on_missing_data is not set.',
        hint: 'Add on_missing_data: default, or another.',
        fix: {
          title: 'Add on_missing_data: default',
          edits: [{ path: ['options', 'on_missing_data'], value: 'default' }],
        },
      });
    if (full === true)
      hits.push({
        path: ['options', 'require_full_window'],
        message: 'Datadog refuses require_full_window with a custom schedule.',
        hint: 'Write false.',
        fix: { title: 'Write false', edits: [{ path: ['options', 'require_full_window'], value: false }] },
      });
    return hits;
  },
};
