import { isObject } from '../../../domain/json.ts';
import type { DashboardRule } from '../dashboard-view.ts';

export const defaultsEmpty: DashboardRule = {
  code: 'defaults_empty',
  severity: 'error',
  summary: 'The defaults of a template variable are empty.',
  bad: `title: Checkout
layout_type: ordered
template_variables:
  - { name: env, prefix: env, defaults: [⟦""⟧] }
widgets:
  - definition: { type: note, content: All is well in $env.value. }
`,
  good: `title: Checkout
layout_type: ordered
template_variables:
  - { name: env, prefix: env }
widgets:
  - definition: { type: note, content: All is well in $env.value. }
`,
  check: ({ dashboard: { template_variables: variables } }) => {
    if (!Array.isArray(variables)) return [];
    return variables.values().flatMap((variable, at) => {
      if (!isObject(variable) || !Array.isArray(variable['defaults'])) return [];
      const { defaults } = variable;
      const path = ['template_variables', at, 'defaults'];
      const empty = defaults.indexOf('');
      if (defaults.length > 0 && empty === -1) return [];
      return [
        {
          path: empty === -1 ? path : [...path, empty],
          message: 'Datadog refuses the dashboard: defaults names at least one value, and no empty one.',
          hint: 'Leave defaults out where every value shall show, or name values.',
          ...(defaults.every((value) => value === '')
            ? { fix: { title: 'Leave defaults out', edits: [{ path, remove: true as const }] } }
            : {}),
        },
      ];
    });
  },
};
