import type { DashboardRule } from '../dashboard-view.ts';
import { presetValues } from '../presets.ts';

export const presetValueAndValues: DashboardRule = {
  code: 'preset_value_and_values',
  severity: 'error',
  summary: 'A saved view gives a variable both value and values.',
  bad: `title: Checkout
layout_type: ordered
template_variables: [{ name: env, prefix: env }]
template_variable_presets:
  - name: live
    template_variables: [{ name: env, values: [prod], value: ⟦prod⟧ }]
widgets:
  - definition: { type: note, content: All is well in $env.value. }
`,
  good: `title: Checkout
layout_type: ordered
template_variables: [{ name: env, prefix: env }]
template_variable_presets:
  - name: live
    template_variables: [{ name: env, values: [prod] }]
widgets:
  - definition: { type: note, content: All is well in $env.value. }
`,
  check: ({ dashboard }) =>
    presetValues(dashboard)
      .values()
      .flatMap(({ path, variable: { value, values } }) => {
        if (value === undefined || value === null || !Array.isArray(values)) return [];
        const at = [...path, 'value'];
        return [
          {
            path: at,
            message:
              'Datadog refuses the dashboard: a saved view gives a variable value or values, not both.',
            hint: 'Keep values alone.',
            ...(values.includes(value)
              ? { fix: { title: 'Leave value out', edits: [{ path: at, remove: true as const }] } }
              : {}),
          },
        ];
      }),
};
