import { roleHits } from '../../restricted-roles.ts';
import type { MonitorRule } from '../monitor-view.ts';

export const monitorRole: MonitorRule = {
  code: 'monitor_role',
  severity: 'warning',
  summary: 'A role that may edit the monitor is named by something else than its id.',
  bad: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
restricted_roles: [⟦Admin⟧]
`,
  good: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
restricted_roles: [9b3b0f2e-3ce0-11f1-b986-da7ad0900005]
`,
  check: ({ monitor }) => roleHits(monitor),
};
