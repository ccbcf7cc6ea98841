import type { Json } from '../../../domain/json.ts';
import type { Hit } from '../../rule.ts';
import { callsOf } from '../algorithms.ts';
import type { MonitorRule } from '../monitor-view.ts';
import { minutesOf } from '../query-windows.ts';

const MEMBERS = ['trigger_window', 'recovery_window'] as const;
/** From 15 minutes to a day in the app; others are stored: docs, monitors/types/anomaly. */
const PATTERN = /^last_\d+(?:m|h|d)$/;

export const thresholdWindows: MonitorRule = {
  code: 'threshold_windows',
  severity: 'error',
  summary: 'The windows of an anomaly are half said, or none.',
  bad: `type: query alert
query: avg(last_4h):anomalies(avg:system.load.1{*}, 'agile', 2, alert_window='last_15m') >= 1
options:
  threshold_windows: {trigger_window: last_15m, recovery_window: ⟦15m⟧}
`,
  good: `type: query alert
query: avg(last_4h):anomalies(avg:system.load.1{*}, 'agile', 2, alert_window='last_15m') >= 1
options:
  threshold_windows: {trigger_window: last_15m, recovery_window: last_15m}
`,
  check: (view) => {
    if (callsOf(view, 'anomalies').length === 0) return [];
    const { thresholdWindows: windows } = view;
    const given = MEMBERS.filter((member) => windows[member] != null);
    const [only] = given;
    const hits: Hit[] = given.flatMap((member) => malformed(member, windows[member]));
    if (only === undefined || given.length === MEMBERS.length) return hits;
    const missing = MEMBERS.find((member) => member !== only);
    return [
      ...hits,
      {
        path: ['options', 'threshold_windows'],
        message: `Datadog refuses the monitor: ${missing} is missing beside ${only}.`,
        hint: `Add ${missing}, as in ${missing}: last_15m.`,
      },
    ];
  },
};

function malformed(member: string, value: Json | undefined): Hit[] {
  if (typeof value === 'string' && PATTERN.test(value) && minutesOf(value) !== 0) return [];
  return [
    {
      path: ['options', 'threshold_windows', member],
      message: `Datadog refuses the monitor: ${member} is no window.`,
      hint: 'Write it as in last_15m.',
    },
  ];
}
