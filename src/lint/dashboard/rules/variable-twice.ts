import type { DashboardRule } from '../dashboard-view.ts';

export const variableTwice: DashboardRule = {
  code: 'variable_twice',
  severity: 'error',
  summary: 'Two template variables have one name.',
  bad: `title: Checkout
layout_type: ordered
template_variables:
  - { name: env, prefix: env }
  - { name: ⟦env⟧, prefix: environment }
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
  check: ({ variables: { declared } }) => {
    const seen = new Set<string>();
    return declared.values().flatMap(({ path, name }) => {
      if (!seen.has(name)) {
        seen.add(name);
        return [];
      }
      return [
        {
          path: [...path, 'name'],
          message: `One of the variables "${name}" never has an effect: queries cannot tell them apart.`,
          hint: 'Give each template variable its own name.',
        },
      ];
    });
  },
};
