import type { MonitorRule } from '../monitor-view.ts';
import { sentenceOf } from './query-syntax.ts';

export const formulaUnreadable: MonitorRule = {
  code: 'formula_unreadable',
  severity: 'error',
  summary: 'A formula cannot be read.',
  bad: `type: rum alert
query: formula("errors ⟦/⟧ / views").last("15m") >= 0.8
options:
  variables:
    - {data_source: rum, name: errors, compute: {aggregation: count}, search: {query: "status:error"}}
    - {data_source: rum, name: views, compute: {aggregation: count}, search: {query: ""}}
`,
  good: `type: rum alert
query: formula("errors / views").last("15m") >= 0.8
options:
  variables:
    - {data_source: rum, name: errors, compute: {aggregation: count}, search: {query: "status:error"}}
    - {data_source: rum, name: views, compute: {aggregation: count}, search: {query: ""}}
`,
  check: ({ formula }) =>
    (formula?.faults ?? []).map((fault) => {
      const from = formula?.from ?? 0;
      return {
        path: ['query'],
        span: { from: from + fault.span.from, to: from + fault.span.to },
        ...sentenceOf(fault),
      };
    }),
};
