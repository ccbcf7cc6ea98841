import type { DashboardRule } from '../dashboard-view.ts';

export const variableUnused: DashboardRule = {
  code: 'variable_unused',
  severity: 'warning',
  summary: 'No widget uses a template variable.',
  bad: `title: Checkout
layout_type: ordered
template_variables:
  - name: ⟦env⟧
    prefix: env
widgets:
  - definition: { type: note, content: All is well. }
`,
  good: `title: Checkout
layout_type: ordered
template_variables:
  - name: env
    prefix: env
widgets:
  - definition: { type: note, content: All is well in $env.value. }
`,
  check: ({ widgets, variables: { declared, used } }) => {
    // What stands in a powerpack cannot be seen.
    if (widgets.some(({ type }) => type === 'powerpack')) return [];
    return declared
      .values()
      .filter(({ name }) => PLAIN.test(name) && !used.has(name))
      .map(({ path, name }) => ({
        path: [...path, 'name'],
        message: `Choosing a value for "${name}" changes nothing: no widget uses $${name}.`,
        hint: `Put $${name} into the queries that it should filter, or leave the variable out.`,
      }));
  },
};

/** Other names are not found after a `$` for certain. */
const PLAIN = /^[A-Za-z_][\w.-]{0,199}$/;
