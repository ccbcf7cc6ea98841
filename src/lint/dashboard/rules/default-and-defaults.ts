import { isObject } from '../../../domain/json.ts';
import type { DashboardRule } from '../dashboard-view.ts';

export const defaultAndDefaults: DashboardRule = {
  code: 'default_and_defaults',
  severity: 'error',
  summary: 'A template variable has both default and defaults.',
  bad: `title: Checkout
layout_type: ordered
template_variables:
  - { name: env, prefix: env, defaults: [prod], default: ⟦prod⟧ }
widgets:
  - definition: { type: note, content: All is well in $env.value. }
`,
  good: `title: Checkout
layout_type: ordered
template_variables:
  - { name: env, prefix: env, defaults: [prod] }
widgets:
  - definition: { type: note, content: All is well in $env.value. }
`,
  check: ({ dashboard: { template_variables: variables } }) => {
    if (!Array.isArray(variables)) return [];
    return variables.values().flatMap((variable, at) => {
      if (!isObject(variable)) return [];
      const { default: one, defaults: several } = variable;
      if (one === undefined || one === null || !Array.isArray(several)) return [];
      const path = ['template_variables', at, 'default'];
      return [
        {
          path,
          message: 'Datadog refuses the dashboard: a template variable has default or defaults, not both.',
          hint: 'Keep defaults alone.',
          ...(several.includes(one)
            ? { fix: { title: 'Leave default out', edits: [{ path, remove: true as const }] } }
            : {}),
        },
      ];
    });
  },
};
