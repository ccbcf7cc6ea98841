import type { Json } from '../../../domain/json.ts';
import type { Hit } from '../../rule.ts';
import type { DashboardRule } from '../dashboard-view.ts';
import type { DeclaredVariable } from '../template-variables.ts';

export const defaultNotAvailable: DashboardRule = {
  code: 'default_not_available',
  severity: 'warning',
  summary: 'The default of a template variable is none of its available values.',
  bad: `title: Checkout
layout_type: ordered
template_variables:
  - { name: env, prefix: env, available_values: [prod, staging], defaults: [⟦live⟧] }
widgets:
  - definition: { type: note, content: All is well in $env.value. }
`,
  good: `title: Checkout
layout_type: ordered
template_variables:
  - { name: env, prefix: env, available_values: [prod, staging], defaults: [prod] }
widgets:
  - definition: { type: note, content: All is well in $env.value. }
`,
  check: ({ variables: { declared } }) => declared.values().flatMap(hitsOf),
};

function hitsOf({ path, variable }: DeclaredVariable): Hit[] {
  const { available_values: available, default: single, defaults } = variable;
  if (!Array.isArray(available) || available.length === 0) return [];
  const hit = (value: Json | undefined, ...steps: (string | number)[]): Hit[] =>
    typeof value !== 'string' || value.includes('*') || available.includes(value)
      ? []
      : [
          {
            path: [...path, ...steps],
            message: `The dashboard opens with "${value}", which nobody can choose again.`,
            hint: `Add it to available_values, or write one of ${available.slice(0, 5).join(', ')}.`,
          },
        ];
  const several = Array.isArray(defaults) ? defaults.flatMap((value, at) => hit(value, 'defaults', at)) : [];
  return [...hit(single, 'default'), ...several];
}
