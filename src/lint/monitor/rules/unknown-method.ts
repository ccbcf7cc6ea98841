import type { Method } from '../../../language/query/syntax.ts';
import { METRIC_METHODS } from '../../metric-methods.ts';
import { nearest } from '../../nearest.ts';
import type { Hit } from '../../rule.ts';
import type { MonitorRule } from '../monitor-view.ts';
import { CHECK_FORM, formOf } from '../query-data.ts';

export const unknownMethod: MonitorRule = {
  code: 'unknown_method',
  severity: 'error',
  summary: 'The query calls something on its data that Datadog does not have there.',
  bad: `type: query alert
query: sum(last_5m):sum:web.errors{*}.⟦as_counts⟧() > 1
`,
  good: `type: query alert
query: sum(last_5m):sum:web.errors{*}.as_count() > 1
`,
  check: ({ parsed: { query }, methods }) => {
    switch (query.kind) {
      case 'metric':
        return methods.values().flatMap((method) => unknown(method, METRIC_METHODS));
      case 'chain': {
        const form = formOf(query.head.name.text);
        return form ? query.head.methods.flatMap((method) => unknown(method, form.methods)) : [];
      }
      case 'check':
        return query.methods.values().flatMap((method) => unknown(method, CHECK_FORM.methods));
      case 'composite':
      case 'opaque':
        return [];
    }
  },
};

function unknown({ name: { text, span } }: Method, known: readonly string[]): Hit[] {
  if (known.includes(text)) return [];
  const meant = nearest(text, known);
  return [
    {
      path: ['query'],
      span,
      message: `Datadog refuses the query: it has no ${text}() here.`,
      ...(meant === undefined
        ? { hint: `Known are ${known.join(', ')}.` }
        : {
            hint: `Did you mean ${meant}?`,
            fix: { title: `Write ${meant}`, edits: [{ path: ['query'], span, text: meant }] },
          }),
    },
  ];
}
