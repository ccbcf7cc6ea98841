import type { Block } from '../../../language/message/message-syntax.ts';
import { meantWord } from '../../meant-word.ts';
import type { Path, RuleFix } from '../../rule.ts';
import type { MonitorRule } from '../monitor-view.ts';

/** Blocks that Datadog evaluates: docs, monitors/notify/variables; the plain ones, synthetics/notifications. */
const BLOCKS: readonly string[] = [
  'is_alert',
  'is_warning',
  'is_no_data',
  'is_unknown',
  'is_recovery',
  'is_alert_recovery',
  'is_warning_recovery',
  'is_no_data_recovery',
  'is_alert_to_warning',
  'is_renotify',
  'is_priority',
  'is_match',
  'is_exact_match',
  'if',
  'unless',
  'each',
  'with',
];

export const unknownBlock: MonitorRule = {
  code: 'unknown_block',
  severity: 'warning',
  summary: 'The message has a block that Datadog does not know.',
  bad: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
message: The load is high. ⟦{{#is_alrt}}⟧ Look at once. {{/is_alrt}}
`,
  good: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
message: The load is high. {{#is_alert}} Look at once. {{/is_alert}}
`,
  check: ({ textParts }) =>
    textParts.values().flatMap(({ path, part }) => {
      if (part.kind !== 'block' || BLOCKS.includes(part.name)) return [];
      const meant = meantWord(part.name, BLOCKS);
      return [
        {
          path,
          span: part.span,
          message: `Datadog knows no block "${part.name}": what stands in it is never sent.`,
          ...(meant === undefined ? {} : { hint: `Did you mean ${meant}?`, fix: renamed(part, path, meant) }),
        },
      ];
    }),
};

function renamed({ nameSpan, closing }: Block, path: Path, name: string): RuleFix {
  const spans = closing ? [nameSpan, closing] : [nameSpan];
  return { title: `Write ${name}`, edits: spans.map((span) => ({ path, span, text: name })) };
}
