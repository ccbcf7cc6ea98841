import { textOf } from '../../../domain/json.ts';
import type { MonitorRule } from '../monitor-view.ts';
import { isOn, withoutOptions } from '../option-values.ts';

const OLD: readonly string[] = ['notify_no_data', 'no_data_timeframe'];

export const missingDataTwice: MonitorRule = {
  code: 'missing_data_twice',
  severity: 'error',
  summary: 'What happens on missing data is said in two ways.',
  bad: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
options: {on_missing_data: show_and_notify_no_data, notify_no_data: ⟦true⟧}
`,
  good: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
options: {on_missing_data: show_and_notify_no_data}
`,
  check: ({ type, options }) => {
    const on = options['on_missing_data'];
    if (on == null) return [];
    // no_data_timeframe_on_logs speaks of it there.
    const beside = OLD.filter(
      (name) => isOn(options[name]) && !(type === 'log alert' && name === 'no_data_timeframe'),
    );
    const same = on === 'show_and_notify_no_data' || !beside.includes('notify_no_data');
    return beside.map((name) => ({
      path: ['options', name],
      message: `Datadog refuses ${name} beside on_missing_data, which stands for both.`,
      hint: `Leave out one of the two; on_missing_data is now ${textOf(on)}.`,
      ...(same ? { fix: withoutOptions(name) } : {}),
    }));
  },
};
