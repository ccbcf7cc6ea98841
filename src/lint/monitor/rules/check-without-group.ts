import type { MonitorRule } from '../monitor-view.ts';

export const checkWithoutGroup: MonitorRule = {
  code: 'check_without_group',
  severity: 'warning',
  summary: 'A service check is grouped by nothing.',
  bad: `type: service check
query: '⟦"http.can_connect"⟧.over("*").last(4).count_by_status()'
`,
  good: `type: service check
query: '"http.can_connect".over("*").by("host").last(4).count_by_status()'
`,
  check: ({ parsed: { query, faults } }) =>
    query.kind === 'check' && faults.length === 0 && !query.methods.some(({ name }) => name.text === 'by')
      ? [
          {
            path: ['query'],
            span: query.check.span,
            message:
              'Datadog may refuse it ("A grouping must be specified"), or mixes the results of all hosts.',
            hint: 'Add .by("host"), or .by("*") for every tag of the check.',
          },
        ]
      : [],
};
