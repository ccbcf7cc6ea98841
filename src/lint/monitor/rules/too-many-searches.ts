import type { MonitorRule } from '../monitor-view.ts';

/** Searches in a formula of CI monitors: docs, monitors/types/ci. */
const MOST = 2;
const TYPES: ReadonlySet<string> = new Set(['ci-pipelines alert', 'ci-tests alert']);

export const tooManySearches: MonitorRule = {
  code: 'too_many_searches',
  severity: 'warning',
  summary: 'A formula over builds or tests joins more searches than Datadog documents.',
  bad: `type: ci-tests alert
query: formula("a + b + c").last("15m") > 1
options:
  variables:
    - {data_source: ci_tests, name: a, compute: {aggregation: count}, search: {query: "@test.status:fail"}}
    - {data_source: ci_tests, name: b, compute: {aggregation: count}, search: {query: "@test.status:skip"}}
    - ⟦{data_source: ci_tests, name: c, compute: {aggregation: count}, search: {query: "@test.status:error"}}⟧
`,
  good: `type: ci-tests alert
query: formula("a + b").last("15m") > 1
options:
  variables:
    - {data_source: ci_tests, name: a, compute: {aggregation: count}, search: {query: "@test.status:fail"}}
    - {data_source: ci_tests, name: b, compute: {aggregation: count}, search: {query: "@test.status:skip OR @test.status:error"}}
`,
  check: ({ type, variables }) => {
    const more = TYPES.has(type) ? variables[MOST] : undefined;
    if (more === undefined) return [];
    return [
      {
        path: more.path,
        message: `Datadog may refuse the formula: it joins ${variables.length} searches, and a ${type} can join ${MOST}.`,
        hint: 'Put searches together with OR.',
      },
    ];
  },
};
