import { namesIn } from '../../formula-names.ts';
import type { MonitorRule } from '../monitor-view.ts';

export const formulaVariableUnused: MonitorRule = {
  code: 'formula_variable_unused',
  severity: 'warning',
  summary: 'A variable is declared that the formula does not use.',
  bad: `type: rum alert
query: formula("100 * errors").last("15m") >= 0.8
options:
  variables:
    - {data_source: rum, name: errors, compute: {aggregation: count}, search: {query: "status:error"}}
    - {data_source: rum, name: ⟦views⟧, compute: {aggregation: count}, search: {query: ""}}
`,
  good: `type: rum alert
query: formula("errors / views").last("15m") >= 0.8
options:
  variables:
    - {data_source: rum, name: errors, compute: {aggregation: count}, search: {query: "status:error"}}
    - {data_source: rum, name: views, compute: {aggregation: count}, search: {query: ""}}
`,
  check: ({ wholeOptions, formula, variables, parsed: { query, faults } }) => {
    if (!wholeOptions || query.kind === 'opaque' || faults.length > 0 || (formula?.faults.length ?? 0) > 0)
      return [];
    const used = new Set(formula ? namesIn(formula.expression).map(({ text }) => text) : []);
    return variables.values().flatMap(({ path, variable: { name } }) =>
      typeof name !== 'string' || used.has(name)
        ? []
        : [
            {
              path: [...path, 'name'],
              message: `What "${name}" finds is looked at by nothing: ${formula ? 'the formula does not use it' : 'the query is no formula'}.`,
              hint: formula ? `Use ${name} in the formula, or leave it out.` : 'Leave the variables out.',
            },
          ],
    );
  },
};
