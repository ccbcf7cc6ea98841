import { namesIn } from '../../formula-names.ts';
import { didYouMean } from '../../meant-word.ts';
import type { MonitorRule } from '../monitor-view.ts';

export const formulaVariableUndeclared: MonitorRule = {
  code: 'formula_variable_undeclared',
  severity: 'error',
  summary: 'A formula has a name in it that no variable has.',
  bad: `type: rum alert
query: formula("⟦erors⟧ / views + errors").last("15m") >= 0.8
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
  check: ({ wholeOptions, formula, variables }) => {
    if (!wholeOptions || formula === undefined || formula.faults.length > 0) return [];
    const names = new Set(
      variables.flatMap(({ variable: { name } }) => (typeof name === 'string' ? [name] : [])),
    );
    return namesIn(formula.expression)
      .filter(({ text }) => !names.has(text))
      .map(({ text, span }) => {
        const place = { from: formula.from + span.from, to: formula.from + span.to };
        return {
          path: ['query'],
          span: place,
          message: `Datadog refuses the query: options.variables has no "${text}".`,
          ...didYouMean(text, names, (meant) => ({ path: ['query'], span: place, text: meant })),
        };
      });
  },
};
