import type { MessageFault, MessageFaultCode } from '../../../language/message/message-syntax.ts';
import type { MonitorText } from '../monitor-texts.ts';
import type { MonitorRule } from '../monitor-view.ts';
import type { RuleFix } from '../../rule.ts';

/** What each kind of fault does to the person who is notified. A quote that nothing closes has a rule of its own. */
const SENTENCES: Readonly<Partial<Record<MessageFaultCode, (fault: MessageFault) => string>>> = {
  unclosed_tag: () => 'The braces that begin here never close, so the notification shows them as they are.',
  unopened_tag: () => 'A brace is missing before this, so the notification shows it as it is.',
  uneven_braces: () => 'What begins with three braces ends with two, so the notification cannot be made.',
  unclosed_block: ({ what }) =>
    `The block {{#${what}}} is never closed, so what belongs into it is not told apart from the rest.`,
  unopened_block: ({ what }) => `{{/${what}}} closes a block that was never opened.`,
  crossed_block: ({ what, expected }) =>
    `{{/${what}}} closes a block while {{#${expected}}} within it is open.`,
  nameless_tag: () => 'These braces name nothing, so the notification cannot be made.',
  stray_else: () => '{{else}} stands in no block, so the notification cannot be made.',
  second_else: ({ what }) => `The block {{#${what}}} has an {{else}} already.`,
  too_deep: () => 'Blocks stand in each other too deeply to be read.',
};

/** A name and the one brace behind it. */
const REST_OF_TAG = /^[#^/]?[\w.@[\]-]+\s*\}(?!\})/;

/** The syntax of messages. */
export const MESSAGE_SYNTAX_RULES: readonly MonitorRule[] = [
  {
    code: 'message_syntax',
    severity: 'error',
    summary: 'The braces or blocks of the message do not fit into each other.',
    bad: `type: query alert
query: avg(last_5m):avg:system.load.1{*} by {host} > 2
message: The load of ⟦{{⟧host.name} is high.
`,
    good: `type: query alert
query: avg(last_5m):avg:system.load.1{*} by {host} > 2
message: The load of {{host.name}} is high. {{#is_alert}} Look at once. {{/is_alert}}
`,
    check: ({ texts }) =>
      texts.values().flatMap((text) =>
        text.read.faults.flatMap((fault) => {
          const sentence = SENTENCES[fault.code];
          if (!sentence) return [];
          const fix = fixOf(fault, text);
          return [
            {
              path: text.path,
              span: fault.span,
              message: sentence(fault),
              ...(fault.expected === undefined ? {} : { hint: `Write {{/${fault.expected}}} first.` }),
              ...(fix === undefined ? {} : { fix }),
            },
          ];
        }),
      ),
  },
  {
    code: 'unclosed_quote',
    severity: 'warning',
    summary: 'A quote in a tag of the message is never closed.',
    bad: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
message: 'The load is at {{eval ⟦"value*100⟧}} percent.'
`,
    good: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
message: 'The load is at {{eval "value*100"}} percent.'
`,
    check: ({ texts }) =>
      texts.values().flatMap(({ path, text, read: { faults } }) =>
        faults.flatMap(({ code, span }) => {
          if (code !== 'unclosed_quote') return [];
          const quote = text.charAt(span.from);
          const end = span.from + text.slice(span.from, span.to).trimEnd().length;
          return [
            {
              path,
              span: { from: span.from, to: end },
              message: `The ${quote} is never closed: what Datadog makes of the tag is not what is written.`,
              hint: `Close it with ${quote} before the braces.`,
              fix: {
                title: `Close it with ${quote}`,
                edits: [{ path, span: { from: end, to: end }, text: quote }],
              },
            },
          ];
        }),
      ),
  },
];

/** A brace that is missing can be put where only one place is left for it. */
function fixOf({ code, span }: MessageFault, { path, text }: MonitorText): RuleFix | undefined {
  const put = (sign: string, at: number): RuleFix => ({
    title: `Write the missing ${sign}`,
    edits: [{ path, span: { from: at, to: at }, text: sign }],
  });
  if (code === 'unopened_tag') return put('{', span.from);
  if (code === 'uneven_braces') return put('}', span.to);
  if (code !== 'unclosed_tag') return undefined;
  const rest = REST_OF_TAG.exec(text.slice(span.to, span.to + 100));
  return rest ? put('}', span.to + rest[0].length) : undefined;
}
