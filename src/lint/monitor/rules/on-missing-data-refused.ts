import type { MonitorRule } from '../monitor-view.ts';
import { withoutOptions } from '../option-values.ts';

/** Types that know only notify_no_data: docs of Terraform's provider, resources/monitor. */
const WITHOUT: readonly string[] = ['service check', 'composite', 'slo alert', 'datadog-usage alert'];

export const onMissingDataRefused: MonitorRule = {
  code: 'on_missing_data_refused',
  severity: 'error',
  summary: 'This type of monitor has no on_missing_data.',
  bad: `type: service check
query: '"http.can_connect".over("*").by("host").last(4).count_by_status()'
options:
  on_missing_data: ⟦show_and_notify_no_data⟧
`,
  good: `type: service check
query: '"http.can_connect".over("*").by("host").last(4).count_by_status()'
options:
  notify_no_data: true
`,
  check: ({ type, options }) => {
    const value = options['on_missing_data'];
    if (!WITHOUT.includes(type) || value == null) return [];
    return [
      {
        path: ['options', 'on_missing_data'],
        message: `Datadog refuses on_missing_data for a monitor of type ${type}.`,
        hint:
          value === 'show_and_notify_no_data'
            ? 'Write notify_no_data: true instead.'
            : 'Leave it out; notify_no_data: true tells of missing data.',
        fix: fixOf(value === 'show_and_notify_no_data'),
      },
    ];
  },
};

function fixOf(notify: boolean): ReturnType<typeof withoutOptions> {
  const without = withoutOptions('on_missing_data');
  return notify
    ? {
        title: 'Write notify_no_data: true',
        edits: [...without.edits, { path: ['options', 'notify_no_data'], value: true }],
      }
    : without;
}
