import type { Handle } from '../../../language/message/message-syntax.ts';
import { HANDLE_KINDS } from '../../../language/message/read-handle.ts';
import { meantWord } from '../../meant-word.ts';
import type { Hit, Path } from '../../rule.ts';
import type { MonitorRule } from '../monitor-view.ts';

/** What a chat understands and Datadog does not: docs, integrations/slack. */
const OF_CHATS: readonly string[] = ['here', 'channel', 'everyone'];
/** Kinds that tell nobody by themselves. */
const NEED_A_NAME: readonly string[] = [
  'slack',
  'webhook',
  'teams',
  'workflow',
  'oncall',
  'jira',
  'sns',
  'servicenow',
];
/** A kind before its dash; shorter ones are near to too many words. */
const KIND = /^([a-z]{5,})-[\w.-]+$/;

export const handleUnknown: MonitorRule = {
  code: 'handle_unknown',
  severity: 'warning',
  summary: 'A handle has a form that tells nobody.',
  bad: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
message: The load is high. ⟦@pagreduty-Checkout⟧
`,
  good: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
message: The load is high. {{#is_alert}} @pagerduty-Checkout {{/is_alert}} {{#is_recovery}} @pagerduty-Checkout {{/is_recovery}}
`,
  check: ({ textParts }) =>
    textParts.values().flatMap(({ path, part }) => (part.kind === 'handle' ? hitsOf(part, path) : [])),
};

function hitsOf({ name, span }: Handle, path: Path): Hit[] {
  if (OF_CHATS.includes(name))
    return [
      {
        path,
        span,
        message: `Datadog tells nobody through @${name}.`,
        hint: `In Slack, write <!${name}> beside the handle of the channel.`,
      },
    ];
  if (NEED_A_NAME.some((kind) => name === kind || name === `${kind}-`))
    return [
      {
        path,
        span,
        message: `Datadog tells nobody through @${name}: it does not say which.`,
        hint: `Write @${name.replace(/-$/, '')}-NAME.`,
      },
    ];
  const kind = KIND.exec(name)?.[1];
  const meant = kind === undefined || HANDLE_KINDS.includes(kind) ? undefined : meantWord(kind, HANDLE_KINDS);
  if (kind === undefined || meant === undefined) return [];
  return [
    {
      path,
      span,
      message: `No integration has handles that begin with @${kind}-, so nobody is told.`,
      hint: `Did you mean @${meant}-?`,
      fix: {
        title: `Write @${meant}-`,
        edits: [{ path, span: { from: span.from, to: span.from + 1 + kind.length }, text: `@${meant}` }],
      },
    },
  ];
}
