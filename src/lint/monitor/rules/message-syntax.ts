import type { MessageFault } from '../../../language/message/parse-message.ts';
import type { MonitorRule } from '../monitor-view.ts';

/** What each kind of fault does to the person who is notified. */
const SENTENCES: Readonly<Record<MessageFault['code'], (fault: MessageFault) => string>> = {
  unclosed_tag: () => 'The braces that begin here never close, so the notification shows them as they are.',
  unclosed_block: ({ what }) =>
    `The block {{#${what}}} is never closed, so what belongs into it is not told apart from the rest.`,
  unopened_block: ({ what }) => `{{/${what}}} closes a block that was never opened.`,
  crossed_block: ({ what, expected }) =>
    `{{/${what}}} closes a block while {{#${expected}}} within it is open.`,
};

export const messageSyntax: MonitorRule = {
  code: 'message_syntax',
  severity: 'error',
  summary: 'The braces or blocks of the message do not fit into each other.',
  bad: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
message: The load is high. ⟦{{#is_alert}}⟧ Look at once.
`,
  good: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 2
message: The load is high. {{#is_alert}} Look at once. {{/is_alert}}
`,
  check: ({ message }) =>
    (message?.faults ?? []).map((fault) => ({
      path: ['message'],
      span: fault.span,
      message: SENTENCES[fault.code](fault),
      ...(fault.expected === undefined ? {} : { hint: `Write {{/${fault.expected}}} first.` }),
    })),
};
