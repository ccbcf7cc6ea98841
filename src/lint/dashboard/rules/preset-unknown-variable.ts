import { didYouMean } from '../../meant-word.ts';
import type { DashboardRule } from '../dashboard-view.ts';
import { presetValues } from '../presets.ts';

export const presetUnknownVariable: DashboardRule = {
  code: 'preset_unknown_variable',
  severity: 'warning',
  summary: 'A saved view sets a template variable that the dashboard does not have.',
  bad: `title: Checkout
layout_type: ordered
template_variables: [{ name: cluster, prefix: cluster }]
template_variable_presets:
  - name: live
    template_variables: [{ name: ⟦clutser⟧, values: [a] }]
widgets:
  - definition: { type: note, content: All is well in $cluster.value. }
`,
  good: `title: Checkout
layout_type: ordered
template_variables: [{ name: cluster, prefix: cluster }]
template_variable_presets:
  - name: live
    template_variables: [{ name: cluster, values: [a] }]
widgets:
  - definition: { type: note, content: All is well in $cluster.value. }
`,
  check: ({ dashboard, variables: { declared } }) => {
    const names = new Set(declared.map(({ name }) => name));
    return presetValues(dashboard)
      .values()
      .flatMap(({ path, variable: { name } }) => {
        if (typeof name !== 'string' || names.has(name)) return [];
        const at = [...path, 'name'];
        return [
          {
            path: at,
            message: `The saved view sets nothing here: the dashboard has no template variable "${name}".`,
            ...didYouMean(name, names, (meant) => ({ path: at, value: meant })),
          },
        ];
      });
  },
};
