import { isObject, type Json } from '../../../domain/json.ts';
import { EVENT_TYPES, METRIC_TYPES, MONITOR_TYPES } from '../monitor-types.ts';
import type { MonitorRule } from '../monitor-view.ts';
import { isOn, numericOf, withoutOptions } from '../option-values.ts';

interface Limited {
  readonly option: string;
  /** Whether a type uses the option. */
  readonly used: (type: string) => boolean;
  readonly by: string;
  /** Values that say nothing; by default what is off. */
  readonly idle?: (value: Json) => boolean;
}

/** Options that some types take and do not use: spec v1, MonitorOptions. */
const LIMITED: readonly Limited[] = [
  { option: 'require_full_window', used: (type) => METRIC_TYPES.has(type), by: 'metric monitors' },
  { option: 'enable_logs_sample', used: (type) => type === 'log alert', by: 'log monitors' },
  { option: 'enable_samples', used: (type) => type.startsWith('ci-'), by: 'CI monitors' },
  { option: 'groupby_simple_monitor', used: (type) => type === 'log alert', by: 'log monitors' },
  {
    option: 'group_retention_duration',
    used: (type) => EVENT_TYPES.has(type) || METRIC_TYPES.has(type) || /^(?:cost|data-)/.test(type),
    by: 'monitors that search in events',
  },
  { option: 'new_group_delay', used: (type) => type !== 'composite', by: 'the monitors that it is made of' },
  {
    option: 'scheduling_options',
    used: (type) => METRIC_TYPES.has(type) || EVENT_TYPES.has(type) || type === 'cost alert',
    by: 'metric monitors and those that search in events',
    idle: (value) => isObject(value) && Object.keys(value).length === 0,
  },
  { option: 'min_failure_duration', used: () => false, by: 'synthetic tests' },
  {
    option: 'min_location_failed',
    used: () => false,
    by: 'synthetic tests',
    idle: (value) => numericOf(value) === 1,
  },
];

export const optionIgnored: MonitorRule = {
  code: 'option_ignored',
  severity: 'warning',
  summary: 'This type of monitor does not use the option.',
  bad: `type: process alert
query: processes("java").over("*").rollup("count").last("5m") > 5
options: {require_full_window: ⟦true⟧}
`,
  good: `type: process alert
query: processes("java").over("*").rollup("count").last("5m") > 5
options: {require_full_window: false}
`,
  check: ({ type, options }) => {
    if (!MONITOR_TYPES.has(type) || type === 'synthetics alert') return [];
    return LIMITED.flatMap(({ option, used, by, idle }) => {
      const value = options[option];
      if (value === undefined || !isOn(value) || used(type) || idle?.(value)) return [];
      return [
        {
          path: ['options', option],
          message: `${option} does nothing for a monitor of type ${type}: it is for ${by}.`,
          hint: 'Leave it out.',
          fix: withoutOptions(option),
        },
      ];
    });
  },
};
