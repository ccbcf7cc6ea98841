import type { DashboardRule } from '../dashboard-view.ts';

export const sloWithoutId: DashboardRule = {
  code: 'slo_without_id',
  severity: 'warning',
  summary: 'An SLO widget names no SLO.',
  bad: `title: Checkout
layout_type: ordered
widgets:
  - definition:
      type: ⟦slo⟧
      view_type: detail
`,
  good: `title: Checkout
layout_type: ordered
widgets:
  - definition:
      type: slo
      view_type: detail
      slo_id: ff0d47f8ee755a4abc061fe92e9978f5
`,
  check: ({ definitions }) =>
    definitions.values().flatMap(({ path, definition, type }) =>
      type !== 'slo' || (Object.hasOwn(definition, 'slo_id') && definition['slo_id'] !== '')
        ? []
        : [
            {
              path: [...path, 'type'],
              message: 'The widget stays empty: no SLO is named.',
              hint: "Give the SLO's id as slo_id.",
            },
          ],
    ),
};
