import { secretViolations } from '../../secrets.ts';
import type { MonitorRule } from '../monitor-view.ts';

/** Rules about secrets in any string of a monitor. */
export const SECRET_RULES: readonly MonitorRule[] = [
  {
    code: 'secret_in_monitor',
    severity: 'warning',
    summary: 'The monitor contains a key, a token or a password.',
    bad: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
message: 'Restart it: curl https://deploy:⟦Tr0ub4dor⟧@ops.example.com/restart'
`,
    good: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
message: 'Restart it: https://ops.example.com/restart (with your own account)'
`,
    check: ({ monitor }) => secretViolations(monitor, 'everyone who can read the monitor or is notified'),
  },
];
