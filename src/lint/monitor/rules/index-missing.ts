import type { MonitorRule } from '../monitor-view.ts';

export const indexMissing: MonitorRule = {
  code: 'index_missing',
  severity: 'warning',
  summary: 'It is not said in which indexes the logs are searched.',
  bad: `type: log alert
query: ⟦logs⟧("service:shop").rollup("count").last("5m") > 10
`,
  good: `type: log alert
query: logs("service:shop").index("*").rollup("count").last("5m") > 10
`,
  check: ({ parsed: { query, faults } }) => {
    if (query.kind !== 'chain' || query.head.name.text !== 'logs' || faults.length > 0) return [];
    const { name, methods, span } = query.head;
    if (methods.some((method) => method.name.text === 'index')) return [];
    const at = methods[0]?.span.from ?? span.to;
    return [
      {
        path: ['query'],
        span: name.span,
        message: 'Datadog may refuse the query, or search in one index alone: which one is not said.',
        hint: 'Add .index("*") for all of them.',
        fix: {
          title: 'Add .index("*")',
          edits: [{ path: ['query'], span: { from: at, to: at }, text: '.index("*")' }],
        },
      },
    ];
  },
};
