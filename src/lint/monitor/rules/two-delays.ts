import type { MonitorRule } from '../monitor-view.ts';
import { withoutOptions } from '../option-values.ts';

export const twoDelays: MonitorRule = {
  code: 'two_delays',
  severity: 'warning',
  summary: 'new_host_delay stands beside new_group_delay, which overrides it.',
  bad: `type: query alert
query: avg(last_5m):avg:system.load.1{*} by {host} > 2
options: {new_group_delay: 60, new_host_delay: ⟦300⟧}
`,
  good: `type: query alert
query: avg(last_5m):avg:system.load.1{*} by {host} > 2
options: {new_group_delay: 60}
`,
  check: ({ options: { new_group_delay: group, new_host_delay: host } }) =>
    group == null || host == null
      ? []
      : [
          {
            path: ['options', 'new_host_delay'],
            message: 'new_host_delay does nothing here: new_group_delay overrides it.',
            hint: 'Leave new_host_delay out.',
            fix: withoutOptions('new_host_delay'),
          },
        ],
};
