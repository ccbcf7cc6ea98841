import { argumentText } from '../argument-text.ts';
import type { MonitorRule } from '../monitor-view.ts';

export const rollupWithoutMeasure: MonitorRule = {
  code: 'rollup_without_measure',
  severity: 'error',
  summary: 'A number is to be taken of events, and it is not said which of their fields.',
  bad: `type: log alert
query: logs("service:shop").index("*").rollup(⟦"avg"⟧).last("5m") > 10
`,
  good: `type: log alert
query: logs("service:shop").index("*").rollup("avg", "@duration").last("5m") > 10
`,
  check: ({ parsed: { query, faults } }) => {
    if (query.kind !== 'chain' || query.head.name.text === 'formula' || faults.length > 0) return [];
    return query.head.methods.values().flatMap(({ name, args: [first, measure] }) => {
      const aggregation = argumentText(first);
      if (name.text !== 'rollup' || first === undefined || aggregation === undefined) return [];
      if (aggregation === 'count' || aggregation === '' || measure !== undefined) return [];
      return [
        {
          path: ['query'],
          span: first.span,
          message: `Datadog refuses the query: it is not said of which field the ${aggregation} is taken.`,
          hint: `Add one, as in .rollup("${aggregation}", "@duration"), or count events with .rollup("count").`,
        },
      ];
    });
  },
};
