import { textOf } from '../../../domain/json.ts';
import type { TextPart } from '../monitor-texts.ts';
import { EVENT_TYPES, METRIC_TYPES } from '../monitor-types.ts';
import type { MonitorRule, MonitorView } from '../monitor-view.ts';
import { isOn } from '../option-values.ts';
import { transitionsWithin } from '../transitions.ts';

interface Condition {
  readonly blocks: readonly string[];
  readonly holds: (view: MonitorView) => boolean;
  readonly needs: string;
}

/** What must be set for a block to be reached at all. A composite is in the states that its members are in. */
const CONDITIONS: readonly Condition[] = [
  {
    blocks: ['is_warning', 'is_warning_recovery', 'is_alert_to_warning'],
    holds: ({ type, thresholds }) => thresholds['warning'] != null || type === 'composite',
    needs: 'a warning threshold',
  },
  {
    blocks: ['is_no_data', 'is_no_data_recovery'],
    holds: ({ type, options }) =>
      isOn(options['notify_no_data']) ||
      textOf(options['on_missing_data']).startsWith('show') ||
      type === 'composite',
    needs: 'notify_no_data, or on_missing_data: show_and_notify_no_data',
  },
  {
    blocks: ['is_no_data'],
    holds: ({ options }) => options['on_missing_data'] !== 'show_no_data',
    needs: 'on_missing_data: show_and_notify_no_data, for show_no_data tells nobody',
  },
  {
    blocks: ['is_renotify'],
    holds: ({ options }) => isOn(options['renotify_interval']),
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
    view.textParts.values().flatMap((placed) => {
      const { part, path } = placed;
      const why = part.kind === 'block' && !part.negated ? whyNever(placed, view) : undefined;
      if (part.kind !== 'block' || why === undefined) return [];
      return [
        {
          path,
          span: part.span,
          message: `What stands in {{#${part.name}}} is never sent: ${why.message}`,
          hint: why.hint,
        },
      ];
    }),
};

function whyNever(
  { part, within }: TextPart,
  view: MonitorView,
): { message: string; hint: string } | undefined {
  if (part.kind !== 'block') return undefined;
  const inner = [...within, { block: part, otherwise: false }];
  const outer = within.at(-1);
  if (outer && transitionsWithin(inner) === 0 && transitionsWithin(within) !== 0) {
    const where = outer.otherwise ? 'behind the {{else}} of' : 'within';
    return {
      message: `it stands ${where} {{${outer.block.negated ? '^' : '#'}${outer.block.name}}}, which holds at other times.`,
      hint: 'Put the two blocks beside each other.',
    };
  }
  if (part.name === 'is_unknown' && (METRIC_TYPES.has(view.type) || EVENT_TYPES.has(view.type)))
    return { message: 'only a service check is ever unknown.', hint: 'Take the block out.' };
  if (part.name === 'is_priority') return otherPriority(part.args[0]?.text ?? '', view);
  if (!view.wholeOptions) return undefined;
  const condition = CONDITIONS.find(({ blocks, holds }) => blocks.includes(part.name) && !holds(view));
  return condition
    ? {
        message: `the monitor has not ${condition.needs}.`,
        hint: `Set ${condition.needs.split(',')[0]}, or take the block out.`,
      }
    : undefined;
}

function otherPriority(asked: string, { monitor, whole, textParts }: MonitorView) {
  const { priority } = monitor;
  if (priority === undefined && !whole) return undefined;
  const overridden = textParts.some(({ part }) => part.kind === 'call' && part.name === 'override_priority');
  if (overridden || !/^P[1-5]$/.test(asked) || `P${Number(priority ?? 0)}` === asked) return undefined;
  return {
    message: isOn(priority)
      ? `the priority of the monitor is ${Number(priority)}.`
      : 'the monitor has no priority.',
    hint: `Set priority: ${asked.slice(1)}, or take the block out.`,
  };
}
