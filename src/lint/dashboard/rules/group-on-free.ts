import type { DashboardRule } from '../dashboard-view.ts';

export const groupOnFree: DashboardRule = {
  code: 'group_on_free',
  severity: 'warning',
  summary: 'A group stands on a free dashboard.',
  bad: `title: Checkout
layout_type: free
widgets:
  - layout: { x: 0, y: 0, width: 40, height: 20 }
    definition:
      type: ⟦group⟧
      layout_type: ordered
      widgets: []
`,
  good: `title: Checkout
layout_type: ordered
widgets:
  - layout: { x: 0, y: 0, width: 12, height: 4 }
    definition:
      type: group
      layout_type: ordered
      widgets: []
`,
  check: ({ dashboard, widgets }) =>
    widgets.values().flatMap(({ path, type, group }) =>
      dashboard['layout_type'] !== 'free' || type !== 'group' || group !== undefined
        ? []
        : [
            {
              path: [...path, 'definition', 'type'],
              message: 'Datadog has groups on ordered dashboards alone: it refuses this one.',
              hint: 'Make the dashboard ordered, or place the widgets of the group on it.',
            },
          ],
    ),
};
