import type { MonitorRule } from '../monitor-view.ts';
import type { TextPart } from '../monitor-texts.ts';
import { INTO_OK, INTO_TROUBLE, type Transitions, transitionsWithin } from '../transitions.ts';

/** Those who keep an incident open until they are told that it is over. */
const KEEPS_OPEN = /^(?:pagerduty|opsgenie|victorops|oncall|servicenow)(?:-|$)/;

export const recoveryUntold: MonitorRule = {
  code: 'recovery_untold',
  severity: 'warning',
  summary: 'Who is called when something breaks is not told that it is mended.',
  bad: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
message: '{{#is_alert}} The load is high. ⟦@pagerduty-Checkout⟧ {{/is_alert}}'
`,
  good: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
message: 'The load: {{#is_alert}} high {{/is_alert}} {{#is_recovery}} fine {{/is_recovery}} @pagerduty-Checkout'
`,
  check: ({ textParts }) => {
    const told = new Map<string, Transitions>();
    const first = new Map<string, TextPart>();
    for (const placed of textParts) {
      if (placed.part.kind !== 'handle' || !KEEPS_OPEN.test(placed.part.name)) continue;
      const { name } = placed.part;
      told.set(name, (told.get(name) ?? 0) | transitionsWithin(placed.within));
      if (!first.has(name)) first.set(name, placed);
    }
    return [...first].flatMap(([name, { path, part }]) => {
      const when = told.get(name) ?? 0;
      if ((when & INTO_TROUBLE) === 0 || (when & INTO_OK) !== 0) return [];
      return [
        {
          path,
          span: part.span,
          message: `@${name} is told of alerts alone: what it opened stays open when the monitor recovers.`,
          hint: `Write @${name} in {{#is_recovery}} too, or outside all blocks.`,
        },
      ];
    });
  },
};
