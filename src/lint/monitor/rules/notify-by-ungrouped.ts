import { groupKeysOf } from '../group-keys.ts';
import type { MonitorRule } from '../monitor-view.ts';

export const notifyByUngrouped: MonitorRule = {
  code: 'notify_by_ungrouped',
  severity: 'warning',
  summary: 'The monitor is to notify by a key that the query does not group by.',
  bad: `type: query alert
query: avg(last_5m):avg:system.load.1{*} by {host} > 2
options:
  notify_by: [⟦cluster⟧]
`,
  good: `type: query alert
query: avg(last_5m):avg:system.load.1{*} by {host,cluster} > 2
options:
  notify_by: [cluster]
`,
  check: (view) => {
    const by = view.options['notify_by'];
    const keys = Array.isArray(by) && by.length > 0 ? groupKeysOf(view) : undefined;
    if (!Array.isArray(by) || keys === undefined) return [];
    return by.values().flatMap((key, at) => {
      if (typeof key !== 'string' || keys.has(key) || (key === '*' && keys.size > 0)) return [];
      return [
        {
          path: ['options', 'notify_by', at],
          message:
            keys.size === 0
              ? 'notify_by does nothing here, and is refused in part of the organisations: the query groups by nothing.'
              : `There are no groups by ${key} to notify of: the query groups by ${[...keys].join(', ')}.`,
          hint: keys.size === 0 ? 'Leave notify_by out.' : `Group the query by ${key} too, or leave it out.`,
        },
      ];
    });
  },
};
