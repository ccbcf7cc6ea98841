import type { Handle } from '../../../language/message/message-syntax.ts';
import { HANDLE_KINDS, handleKind } from '../../../language/message/read-handle.ts';
import { suggestWord } from '../../nearest.ts';
import type { TemplatePart } from '../monitor-templates.ts';
import type { MonitorRule } from '../monitor-view.ts';
import {
  INTO_OK,
  INTO_PROBLEM,
  type Transitions,
  transitionsWithin,
} from '../../../language/message/transitions.ts';
import type { Violation, Path } from '../../rule.ts';

/** Chat mentions that are not Datadog handles: Datadog docs, integrations/slack. */
const CHAT_MENTIONS: readonly string[] = ['here', 'channel', 'everyone'];

/** Integrations whose handle requires a name after the dash. */
const NAME_REQUIRED: readonly string[] = [
  'slack',
  'webhook',
  'teams',
  'workflow',
  'oncall',
  'jira',
  'sns',
  'servicenow',
];

/** The integration before the dash. Shorter names are similar to too many words. */
const INTEGRATION_PREFIX = /^([a-z]{5,})-[\w.-]+$/;

/** Integrations that keep an incident open until they receive the recovery. */
const KEEPS_INCIDENT_OPEN = /^(?:pagerduty|opsgenie|victorops|oncall|servicenow)(?:-|$)/;

/** Rules about the recipients of a message. */
export const RECIPIENT_RULES: readonly MonitorRule[] = [
  {
    code: 'handle_unknown',
    severity: 'warning',
    summary:
      'A handle notifies nobody: its integration does not exist, or it is not in the list of known recipients (`--handles`, `BIRDDOG_HANDLES`).',
    bad: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
message: The load is high. ⟦@pagreduty-Checkout⟧
`,
    good: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
message: The load is high. {{#is_alert}} @pagerduty-Checkout {{/is_alert}} {{#is_recovery}} @pagerduty-Checkout {{/is_recovery}}
`,
    check: ({ templateParts }) =>
      templateParts.flatMap(({ path, part }) =>
        part.kind === 'handle' ? (violationOfHandle(part, path) ?? []) : [],
      ),
  },
  {
    code: 'handle_adjoined',
    severity: 'warning',
    summary: 'Text directly before or after a handle may prevent the notification.',
    bad: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
message: The load is high, ⟦@slack-ops-team⟧, look at once.
`,
    good: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
message: The load is high, @slack-ops-team look at once.
`,
    check: ({ templateParts }) =>
      templateParts
        .values()
        .flatMap(({ path, part }) =>
          part.kind === 'handle' && isCertainHandle(part) ? adjoinedHandle(part, path) : [],
        ),
  },
  {
    code: 'recovery_untold',
    severity: 'warning',
    summary: 'People paged on alert are not notified of recovery.',
    bad: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
message: '{{#is_alert}} The load is high. ⟦@pagerduty-Checkout⟧ {{/is_alert}}'
`,
    good: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
message: 'The load: {{#is_alert}} high {{/is_alert}} {{#is_recovery}} fine {{/is_recovery}} @pagerduty-Checkout'
`,
    check: ({ templateParts }) => {
      const notified = new Map<string, Transitions>();
      const first = new Map<string, TemplatePart>();
      for (const placed of templateParts) {
        if (placed.part.kind !== 'handle' || !KEEPS_INCIDENT_OPEN.test(placed.part.name)) continue;
        const { name } = placed.part;
        notified.set(name, (notified.get(name) ?? 0) | transitionsWithin(placed.within));
        if (!first.has(name)) first.set(name, placed);
      }
      return [...first].flatMap(([name, { path, part }]) => {
        const transitions = notified.get(name) ?? 0;
        if ((transitions & INTO_PROBLEM) === 0 || (transitions & INTO_OK) !== 0) return [];
        return [
          {
            path,
            span: part.span,
            message: `@${name} is notified of alerts only: its incident stays open when the monitor recovers.`,
            hint: `Add @${name} to {{#is_recovery}} too, or move it outside all blocks.`,
          },
        ];
      });
    },
  },
];

/** Returns the violation of a handle that notifies nobody in any organisation, or undefined. */
export function violationOfHandle({ name, span }: Handle, path: Path): Violation | undefined {
  if (CHAT_MENTIONS.includes(name))
    return {
      path,
      span,
      message: `@${name} notifies nobody.`,
      hint: `In Slack, use <!${name}> together with the handle of the channel.`,
    };
  if (NAME_REQUIRED.some((integration) => name === integration || name === `${integration}-`))
    return {
      path,
      span,
      message: `@${name} notifies nobody: a name is required.`,
      hint: `Use @${name.replace(/-$/, '')}-NAME.`,
    };
  const integration = INTEGRATION_PREFIX.exec(name)?.[1];
  const meant =
    integration === undefined || HANDLE_KINDS.includes(integration)
      ? undefined
      : suggestWord(integration, HANDLE_KINDS);
  if (integration === undefined || meant === undefined) return undefined;
  return {
    path,
    span,
    message: `@${integration}- is not the prefix of an integration, so nobody is notified.`,
    hint: `Did you mean @${meant}-?`,
    fix: {
      title: `Change to @${meant}-`,
      edits: [{ path, span: { from: span.from, to: span.from + 1 + integration.length }, text: `@${meant}` }],
    },
  };
}

/** Returns whether a word after `@` is certainly a handle: an email address or an integration. Other words may be code. */
function isCertainHandle({ name, midWord }: Handle): boolean {
  return midWord || /^[^@\s]+@[^@\s]+\.\w+$/.test(name) || handleKind(name) !== '';
}

function adjoinedHandle({ name, midWord, followingCharacter, span }: Handle, path: Path): Violation[] {
  const addSpace = (at: number) => ({
    title: 'Add a space',
    edits: [{ path, span: { from: at, to: at }, text: ' ' }],
  });
  if (midWord)
    return [
      {
        path,
        span,
        message: `@${name} is not notified: a handle in the middle of a word is ignored.`,
        hint: 'Add a space before the @.',
        fix: addSpace(span.from),
      },
    ];
  if (followingCharacter === '(')
    return [
      {
        path,
        span,
        message: `@${name} is not notified: a handle with parentheses is ignored.`,
        hint: 'Remove the parentheses, or add a space before them.',
      },
    ];
  if (followingCharacter === '') return [];
  return [
    {
      path,
      span,
      message: `Datadog may read "${followingCharacter}" as part of the handle and notify nobody.`,
      hint: `Add a space after @${name}.`,
      fix: addSpace(span.to),
    },
  ];
}
