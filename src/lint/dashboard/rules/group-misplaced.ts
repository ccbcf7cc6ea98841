import type { DashboardRule } from '../dashboard-view.ts';

export const groupMisplaced: DashboardRule = {
  code: 'group_misplaced',
  severity: 'error',
  summary: 'A group stands in a group.',
  bad: `title: Checkout
layout_type: ordered
widgets:
  - definition:
      type: group
      layout_type: ordered
      widgets:
        - definition:
            type: ⟦group⟧
            layout_type: ordered
            widgets: []
`,
  good: `title: Checkout
layout_type: ordered
widgets:
  - definition:
      type: group
      layout_type: ordered
      widgets: []
`,
  check: ({ widgets }) =>
    widgets.values().flatMap(({ path, type, group }) =>
      type !== 'group' || group === undefined
        ? []
        : [
            {
              path: [...path, 'definition', 'type'],
              message: 'Datadog refuses the dashboard: a group holds no other group.',
              hint: 'Move the group, or what it holds, one level up.',
            },
          ],
    ),
};
