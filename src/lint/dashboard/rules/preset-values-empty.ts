import type { DashboardRule } from '../dashboard-view.ts';
import { presetValues } from '../presets.ts';

export const presetValuesEmpty: DashboardRule = {
  code: 'preset_values_empty',
  severity: 'error',
  summary: 'A saved view gives a variable no values.',
  bad: `title: Checkout
layout_type: ordered
template_variables: [{ name: env, prefix: env }]
template_variable_presets:
  - name: live
    template_variables: [{ name: env, values: ⟦[]⟧ }]
widgets:
  - definition: { type: note, content: All is well in $env.value. }
`,
  good: `title: Checkout
layout_type: ordered
template_variables: [{ name: env, prefix: env }]
template_variable_presets:
  - name: live
    template_variables: [{ name: env, values: ["*"] }]
widgets:
  - definition: { type: note, content: All is well in $env.value. }
`,
  check: ({ dashboard }) =>
    presetValues(dashboard)
      .values()
      .flatMap(({ path, variable: { values } }) =>
        !Array.isArray(values) || values.length > 0
          ? []
          : [
              {
                path: [...path, 'values'],
                message: 'Datadog refuses the dashboard: values names at least one value.',
                hint: 'Name a value, or "*" for all.',
              },
            ],
      ),
};
