import type { Handle } from '../../../language/message/message-syntax.ts';
import { HANDLE_KINDS } from '../../../language/message/read-handle.ts';
import { meantWord } from '../../meant-word.ts';
import type { TextPart } from '../monitor-texts.ts';
import type { MonitorRule } from '../monitor-view.ts';
import { INTO_OK, INTO_TROUBLE, type Transitions, transitionsWithin } from '../transitions.ts';
import type { Hit, Path } from '../../rule.ts';

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

/** Those who keep an incident open until they are told that it is over. */
const KEEPS_OPEN = /^(?:pagerduty|opsgenie|victorops|oncall|servicenow)(?:-|$)/;

/** Recipients that a message names. */
export const RECIPIENT_RULES: readonly MonitorRule[] = [
  {
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
  },
  {
    code: 'handle_adjoined',
    severity: 'warning',
    summary: 'Something stands right before or behind a handle, so that it may tell nobody.',
    bad: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
message: The load is high, ⟦@slack-ops-team⟧, look at once.
`,
    good: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
message: The load is high, @slack-ops-team look at once.
`,
    check: ({ textParts }) =>
      textParts
        .values()
        .flatMap(({ path, part }) =>
          part.kind === 'handle' && isMeant(part) ? adjoinedHits(part, path) : [],
        ),
  },
  {
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
  },
];

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

/** Whether somebody is told for certain: by a mail, or through an integration. Else it may be a word of a program. */
function isMeant({ name, glued }: Handle): boolean {
  return (
    glued ||
    /^[^@\s]+@[^@\s]+\.\w+$/.test(name) ||
    HANDLE_KINDS.some((kind) => name === kind || name.startsWith(`${kind}-`))
  );
}

function adjoinedHits({ name, glued, behind, span }: Handle, path: Path): Hit[] {
  const blank = (at: number) => ({
    title: 'Put a blank between',
    edits: [{ path, span: { from: at, to: at }, text: ' ' }],
  });
  if (glued)
    return [
      {
        path,
        span,
        message: `Datadog reads no handle in the middle of a word: @${name} is not told.`,
        hint: 'Put a blank before the @.',
        fix: blank(span.from),
      },
    ];
  if (behind === '(')
    return [
      {
        path,
        span,
        message: `Datadog reads no handle with parentheses: @${name} is not told.`,
        hint: 'Write the name without them, or a blank before them.',
      },
    ];
  if (behind === '') return [];
  return [
    {
      path,
      span,
      message: `Datadog may take the "${behind}" for a part of the handle, and then tells nobody.`,
      hint: `Put a blank behind @${name}.`,
      fix: blank(span.to),
    },
  ];
}
