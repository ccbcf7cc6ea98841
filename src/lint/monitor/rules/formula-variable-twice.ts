import type { MonitorRule } from '../monitor-view.ts';

export const formulaVariableTwice: MonitorRule = {
  code: 'formula_variable_twice',
  severity: 'error',
  summary: 'Two variables of a formula have one name.',
  bad: `type: rum alert
query: formula("errors / errors").last("15m") >= 0.8
options:
  variables:
    - {data_source: rum, name: errors, compute: {aggregation: count}, search: {query: "status:error"}}
    - {data_source: rum, name: ⟦errors⟧, compute: {aggregation: count}, search: {query: ""}}
`,
  good: `type: rum alert
query: formula("errors / views").last("15m") >= 0.8
options:
  variables:
    - {data_source: rum, name: errors, compute: {aggregation: count}, search: {query: "status:error"}}
    - {data_source: rum, name: views, compute: {aggregation: count}, search: {query: ""}}
`,
  check: ({ variables }) => {
    const seen = new Set<unknown>();
    return variables.values().flatMap(({ path, variable: { name } }) => {
      if (typeof name !== 'string' || seen.size !== seen.add(name).size) return [];
      return [
        {
          path: [...path, 'name'],
          message: `The formula cannot tell the variables named "${name}" apart: Datadog refuses them, or one counts for both.`,
          hint: 'Give each variable its own name.',
        },
      ];
    });
  },
};
