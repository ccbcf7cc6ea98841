import type { Word } from '../../../language/query/syntax.ts';
import type { Hit } from '../../rule.ts';
import type { MonitorRule } from '../monitor-view.ts';
import { nearest } from '../../nearest.ts';

const OVER_TIME = ['avg', 'sum', 'min', 'max', 'percentile', 'change', 'pct_change'];
const IN_SPACE = ['avg', 'sum', 'min', 'max', 'count', 'p50', 'p75', 'p90', 'p95', 'p99'];
/** Any percentile, and `count(v: v<=5)` of a distribution. */
const OF_DISTRIBUTION = /^(?:p\d{1,2}(?:\.\d+)?|count\(.*\))$/;

export const unknownAggregator: MonitorRule = {
  code: 'unknown_aggregator',
  severity: 'error',
  summary: 'The query aggregates in a way that Datadog does not know.',
  bad: `type: query alert
query: avg(last_5m):⟦average⟧:system.load.1{*} > 1
`,
  good: `type: query alert
query: avg(last_5m):avg:system.load.1{*} > 1
`,
  *check({ parsed: { query }, series }) {
    if (query.kind !== 'metric') return;
    yield* unknown(query.evaluation.name, OVER_TIME);
    const [inner] = query.evaluation.args;
    if (inner?.kind === 'call') yield* unknown(inner.name, OVER_TIME);
    for (const { aggregator } of series) {
      if (aggregator && !OF_DISTRIBUTION.test(aggregator.text)) yield* unknown(aggregator, IN_SPACE);
    }
  },
};

function unknown(word: Word, known: readonly string[]): Hit[] {
  if (word.text === '' || known.includes(word.text)) return [];
  const meant = nearest(word.text, known);
  return [
    {
      path: ['query'],
      span: word.span,
      message: `Datadog refuses the query: it cannot aggregate by "${word.text}".`,
      hint: meant === undefined ? `Known are ${known.join(', ')}.` : `Did you mean ${meant}?`,
    },
  ];
}
