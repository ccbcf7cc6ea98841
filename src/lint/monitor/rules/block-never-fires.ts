import { allParts } from '../../../language/message/parse-message.ts';
import type { MonitorRule, MonitorView } from '../monitor-view.ts';

interface Condition {
  readonly blocks: readonly string[];
  readonly holds: (view: MonitorView) => boolean;
  readonly needs: string;
}

/** What must be set for a block to be reached at all. */
const CONDITIONS: readonly Condition[] = [
  {
    blocks: ['is_warning', 'is_warning_recovery', 'is_alert_to_warning'],
    // A composite warns where its members do.
    holds: ({ type, thresholds }) => thresholds['warning'] != null || type === 'composite',
    needs: 'a warning threshold',
  },
  {
    blocks: ['is_no_data', 'is_no_data_recovery'],
    holds: ({ type, options }) =>
      options['notify_no_data'] === true ||
      String(options['on_missing_data'] ?? '').startsWith('show') ||
      type === 'composite',
    needs: 'notify_no_data, or on_missing_data: show_and_notify_no_data',
  },
  {
    blocks: ['is_renotify'],
    holds: ({ options }) => Number(options['renotify_interval'] ?? 0) > 0,
    needs: 'a renotify_interval',
  },
];

export const blockNeverFires: MonitorRule = {
  code: 'block_never_fires',
  severity: 'warning',
  summary: 'A block of the message can never be reached.',
  bad: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
message: The load is high. ⟦{{#is_warning}}⟧ Have a look. {{/is_warning}}
options:
  thresholds: {critical: 2}
`,
  good: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
message: The load is high. {{#is_warning}} Have a look. {{/is_warning}}
options:
  thresholds: {critical: 2, warning: 1}
`,
  check: (view) =>
    [...allParts(view.message?.parts ?? [])].flatMap((part) => {
      if (part.kind !== 'block' || part.negated) return [];
      const condition = CONDITIONS.find(({ blocks }) => blocks.includes(part.name));
      if (!condition || condition.holds(view)) return [];
      return [
        {
          path: ['message'],
          span: part.span,
          message: `What stands in {{#${part.name}}} is never sent: the monitor has not ${condition.needs}.`,
          hint: `Set ${condition.needs}, or take the block out.`,
        },
      ];
    }),
};
