import type { MonitorRule } from '../monitor-view.ts';

export const unclosedQuote: MonitorRule = {
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
};
