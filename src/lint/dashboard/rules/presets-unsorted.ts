import { isObject } from '../../../domain/json.ts';
import type { DashboardRule } from '../dashboard-view.ts';

export const presetsUnsorted: DashboardRule = {
  code: 'presets_unsorted',
  severity: 'warning',
  summary: 'The saved views are not in the order of their names.',
  bad: `title: Checkout
layout_type: ordered
template_variables: [{ name: env, prefix: env }]
template_variable_presets:
  - { name: staging, template_variables: [{ name: env, values: [staging] }] }
  - { name: ⟦live⟧, template_variables: [{ name: env, values: [prod] }] }
widgets:
  - definition: { type: note, content: All is well in $env.value. }
`,
  good: `title: Checkout
layout_type: ordered
template_variables: [{ name: env, prefix: env }]
template_variable_presets:
  - { name: live, template_variables: [{ name: env, values: [prod] }] }
  - { name: staging, template_variables: [{ name: env, values: [staging] }] }
widgets:
  - definition: { type: note, content: All is well in $env.value. }
`,
  check: ({ dashboard: { template_variable_presets: presets } }) => {
    if (!Array.isArray(presets)) return [];
    const names = presets.map((preset) => (isObject(preset) ? preset['name'] : undefined));
    const at = names.findIndex((name, index) => index > 0 && isBefore(name, names[index - 1]));
    if (at < 0) return [];
    return [
      {
        path: ['template_variable_presets', at, 'name'],
        message: 'Who looks for a saved view by its name does not find this one in its place.',
        hint: 'Put the saved views in the order of their names.',
      },
    ];
  },
};

function isBefore(name: unknown, other: unknown): boolean {
  if (typeof name !== 'string' || typeof other !== 'string') return false;
  return name.localeCompare(other, 'en', { sensitivity: 'base', numeric: true }) < 0;
}
