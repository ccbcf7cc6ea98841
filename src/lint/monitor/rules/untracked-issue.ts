import { argumentText } from '../argument-text.ts';
import type { MonitorRule } from '../monitor-view.ts';

export const untrackedIssue: MonitorRule = {
  code: 'untracked_issue',
  severity: 'warning',
  summary: 'A monitor of error tracking does not tell one issue from another.',
  bad: `type: error-tracking alert
query: ⟦error-tracking-rum⟧("service:shop").rollup("count").last("1h") >= 1
`,
  good: `type: error-tracking alert
query: error-tracking-rum("service:shop").rollup("count").by("@issue.id").last("1h") >= 1
`,
  check: ({ type, parsed: { query, faults } }) => {
    if (type !== 'error-tracking alert' || query.kind !== 'chain' || faults.length > 0) return [];
    const { name, methods } = query.head;
    if (!name.text.startsWith('error-tracking')) return [];
    const keys = methods.filter((method) => method.name.text === 'by').flatMap(({ args }) => args);
    if (keys.some((key) => argumentText(key)?.includes('issue.id'))) return [];
    return [
      {
        path: ['query'],
        span: name.span,
        message:
          'Datadog may refuse the query, or alert once for all issues together: it is not grouped by issue.',
        hint: 'Add .by("@issue.id").',
      },
    ];
  },
};
