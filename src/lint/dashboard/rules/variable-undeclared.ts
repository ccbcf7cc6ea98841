import { didYouMean } from '../../meant-word.ts';
import type { DashboardRule } from '../dashboard-view.ts';

export const variableUndeclared: DashboardRule = {
  code: 'variable_undeclared',
  severity: 'warning',
  summary: 'A query uses a template variable that the dashboard does not have.',
  bad: `title: Checkout
layout_type: ordered
template_variables:
  - name: cluster
    prefix: cluster
widgets:
  - definition:
      type: timeseries
      requests:
        - q: avg:system.load.1{$cluster,$⟦clutser⟧}
`,
  good: `title: Checkout
layout_type: ordered
template_variables:
  - name: cluster
    prefix: cluster
widgets:
  - definition:
      type: timeseries
      requests:
        - q: avg:system.load.1{$cluster,$cluster}
`,
  check: ({ variables: { known, asked } }) =>
    asked.values().map(({ path, span, name }) => ({
      path,
      span,
      message: `Nothing takes the place of $${name}: the dashboard has no such template variable.`,
      hint: `Declare ${name} among template_variables.`,
      ...didYouMean(name, known, (meant) => ({ path, span, text: meant }), '$'),
    })),
};
