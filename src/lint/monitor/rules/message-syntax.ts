import type { MessageFault, MessageFaultCode } from '../../../language/message/message-syntax.ts';
import type { MonitorTemplate } from '../monitor-templates.ts';
import type { MonitorRule } from '../monitor-view.ts';
import type { RuleFix } from '../../rule.ts';

/** The message for each kind of fault. An unclosed quote has a separate rule. */
const MESSAGES: Readonly<Partial<Record<MessageFaultCode, (fault: MessageFault) => string>>> = {
  unclosed_tag: () => 'Unclosed braces: Datadog rejects the message, or it notifies nobody.',
  unopened_tag: () => 'An opening brace is missing: the notification shows this literally.',
  uneven_braces: () => 'Three opening braces are closed by two: Datadog cannot render the notification.',
  unclosed_block: ({ what }) => `The block {{#${what}}} is never closed.`,
  unopened_block: ({ what }) => `{{/${what}}} has no opening block.`,
  crossed_block: ({ what, expected }) =>
    `{{/${what}}} closes a block while the inner block {{#${expected}}} is still open.`,
  nameless_tag: () => 'Empty braces: Datadog cannot render the notification.',
  stray_else: () => '{{else}} is outside a block: Datadog cannot render the notification.',
  second_else: ({ what }) => `The block {{#${what}}} has a second {{else}}.`,
  too_deep: () => 'Blocks are nested too deeply.',
};

/** A name followed by a single brace. */
const REST_OF_TAG = /^[#^/]?[\w.@[\]-]+\s*\}(?!\})/;

/** Rules about the syntax of messages. */
export const MESSAGE_SYNTAX_RULES: readonly MonitorRule[] = [
  {
    code: 'message_syntax',
    severity: 'error',
    summary: 'Syntax error in the braces or blocks of the message.',
    bad: `type: query alert
query: avg(last_5m):avg:system.load.1{*} by {host} > 2
message: The load of ⟦{{⟧host.name} is high.
`,
    good: `type: query alert
query: avg(last_5m):avg:system.load.1{*} by {host} > 2
message: The load of {{host.name}} is high. {{#is_alert}} Look at once. {{/is_alert}}
`,
    check: ({ templates }) =>
      templates.values().flatMap((text) =>
        text.parsed.faults.flatMap((fault) => {
          const message = MESSAGES[fault.code];
          if (!message) return [];
          const fix = fixOf(fault, text);
          return [
            {
              path: text.path,
              span: fault.span,
              message: message(fault),
              ...(fault.expected === undefined ? {} : { hint: `Add {{/${fault.expected}}} before it.` }),
              ...(fix === undefined ? {} : { fix }),
            },
          ];
        }),
      ),
  },
  {
    code: 'unclosed_quote',
    severity: 'warning',
    summary: 'A tag in the message has an unclosed quote.',
    bad: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
message: 'The load is at {{eval ⟦"value*100⟧}} percent.'
`,
    good: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
message: 'The load is at {{eval "value*100"}} percent.'
`,
    check: ({ templates }) =>
      templates.values().flatMap(({ path, text, parsed: { faults } }) =>
        faults.flatMap(({ code, span }) => {
          if (code !== 'unclosed_quote') return [];
          const quote = text.charAt(span.from);
          const end = span.from + text.slice(span.from, span.to).trimEnd().length;
          return [
            {
              path,
              span: { from: span.from, to: end },
              message: `Unclosed ${quote}: Datadog misreads the tag.`,
              hint: `Add ${quote} before the closing braces.`,
              fix: {
                title: `Add ${quote}`,
                edits: [{ path, span: { from: end, to: end }, text: quote }],
              },
            },
          ];
        }),
      ),
  },
];

/** Returns a fix that adds the missing brace, if it can only go in one place. */
function fixOf({ code, span }: MessageFault, { path, text }: MonitorTemplate): RuleFix | undefined {
  const addBrace = (brace: string, at: number): RuleFix => ({
    title: `Add the missing ${brace}`,
    edits: [{ path, span: { from: at, to: at }, text: brace }],
  });
  if (code === 'unopened_tag') return addBrace('{', span.from);
  if (code === 'uneven_braces') return addBrace('}', span.to);
  if (code !== 'unclosed_tag') return undefined;
  const rest = REST_OF_TAG.exec(text.slice(span.to, span.to + 100));
  return rest ? addBrace('}', span.to + rest[0].length) : undefined;
}
