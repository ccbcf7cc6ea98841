import { groupKeysOf } from '../group-keys.ts';
import { EVENT_TYPES, METRIC_TYPES } from '../monitor-types.ts';
import type { MonitorRule } from '../monitor-view.ts';
import { isOn, withoutOptions } from '../option-values.ts';

/** In Datadog's words: "The new_group_delay option can only be used for multi-alert monitors". */
export const newGroupDelayUngrouped: MonitorRule = {
  code: 'new_group_delay_ungrouped',
  severity: 'error',
  summary: 'New groups are to be awaited where there are no groups.',
  bad: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
options: {new_group_delay: ⟦60⟧}
`,
  good: `type: query alert
query: avg(last_5m):avg:system.load.1{*} by {host} > 2
options: {new_group_delay: 60}
`,
  check: (view) => {
    if (!isOn(view.options['new_group_delay'])) return [];
    if (!METRIC_TYPES.has(view.type) && !EVENT_TYPES.has(view.type)) return [];
    if (groupKeysOf(view)?.size !== 0) return [];
    return [
      {
        path: ['options', 'new_group_delay'],
        message: 'Datadog refuses new_group_delay here: the query groups by nothing.',
        hint: 'Leave it out, or group the query.',
        fix: withoutOptions('new_group_delay'),
      },
    ];
  },
};
