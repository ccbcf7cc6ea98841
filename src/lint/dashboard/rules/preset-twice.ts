import { isObject } from '../../../domain/json.ts';
import type { DashboardRule } from '../dashboard-view.ts';

export const presetTwice: DashboardRule = {
  code: 'preset_twice',
  severity: 'warning',
  summary: 'Two saved views have one name.',
  bad: `title: Checkout
layout_type: ordered
template_variable_presets:
  - { name: live, template_variables: [] }
  - { name: ⟦live⟧, template_variables: [] }
widgets: []
`,
  good: `title: Checkout
layout_type: ordered
template_variable_presets:
  - { name: live, template_variables: [] }
  - { name: test, template_variables: [] }
widgets: []
`,
  check: ({ dashboard: { template_variable_presets: presets } }) => {
    if (!Array.isArray(presets)) return [];
    const seen = new Set<string>();
    return presets.values().flatMap((preset, at) => {
      if (!isObject(preset) || typeof preset['name'] !== 'string') return [];
      const { name } = preset;
      if (!seen.has(name)) {
        seen.add(name);
        return [];
      }
      return [
        {
          path: ['template_variable_presets', at, 'name'],
          message: `Nobody can tell the saved views named "${name}" apart.`,
          hint: 'Give each saved view its own name.',
        },
      ];
    });
  },
};
