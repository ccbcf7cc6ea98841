import type { MonitorRule } from '../monitor-view.ts';

/** Counts are aggregated by something else than their sum: docs, monitors/guide/as-count-in-monitor-evaluations. */
export const asCountWithoutSum: MonitorRule = {
  code: 'as_count_without_sum',
  severity: 'warning',
  summary: 'Counts are aggregated by something else than their sum.',
  bad: `type: query alert
query: ⟦avg⟧(last_5m):sum:web.errors{*}.as_count() > 1
`,
  good: `type: query alert
query: sum(last_5m):sum:web.errors{*}.as_count() > 1
`,
  check: ({ parsed: { query }, calls, methods }) => {
    if (query.kind !== 'metric' || ['sum', 'change', 'pct_change'].includes(query.evaluation.name.text))
      return [];
    const counted = methods.some(({ name }) => name.text === 'as_count');
    // An algorithm looks at the shape of the counts, not at their size.
    const shaped = calls.some(({ name }) => ['anomalies', 'outliers', 'forecast'].includes(name.text));
    if (!counted || shaped || query.evaluation.name.text === '') return [];
    return [
      {
        path: ['query'],
        span: query.evaluation.name.span,
        message: `The monitor watches the sum of the counts, whatever is written here: with as_count() Datadog does not take the ${query.evaluation.name.text} of a window.`,
        hint: 'Write sum, or as_rate() for a rate.',
        fix: {
          title: 'Write sum',
          edits: [{ path: ['query'], span: query.evaluation.name.span, text: 'sum' }],
        },
      },
    ];
  },
};
