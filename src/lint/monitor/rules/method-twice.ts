import type { Method, Query } from '../../../language/query/syntax.ts';
import type { MonitorRule } from '../monitor-view.ts';

export const methodTwice: MonitorRule = {
  code: 'method_twice',
  severity: 'warning',
  summary: 'The query says the same thing twice.',
  bad: `type: log alert
query: logs("service:shop").index("*").rollup("count").last("5m").⟦last⟧("1h") > 10
`,
  good: `type: log alert
query: logs("service:shop").index("*").rollup("count").last("1h") > 10
`,
  check: ({ parsed: { query } }) => {
    const seen = new Set<string>();
    return methodsOf(query)
      .filter(({ name: { text } }) => seen.size === seen.add(text).size)
      .map(({ name: { text, span } }) => ({
        path: ['query'],
        span,
        message: `${text}() is there twice: one of the two says nothing, and which one Datadog does not say.`,
        hint: 'Leave one of them.',
      }));
  },
};

function methodsOf(query: Query): readonly Method[] {
  if (query.kind === 'chain') return query.head.methods;
  return query.kind === 'check' ? query.methods : [];
}
