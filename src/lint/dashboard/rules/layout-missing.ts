import type { DashboardRule } from '../dashboard-view.ts';

export const layoutMissing: DashboardRule = {
  code: 'layout_missing',
  severity: 'error',
  summary: 'A widget of a free dashboard has no layout.',
  bad: `title: Checkout
layout_type: free
widgets:
  - ⟦definition⟧: { type: note, content: All is well. }
`,
  good: `title: Checkout
layout_type: free
widgets:
  - layout: { x: 0, y: 0, width: 20, height: 10 }
    definition: { type: note, content: All is well. }
`,
  check: ({ dashboard, widgets }) =>
    widgets.values().flatMap(({ path, widget, group }) =>
      dashboard['layout_type'] !== 'free' || group !== undefined || Object.hasOwn(widget, 'layout')
        ? []
        : [
            {
              path,
              message: 'Datadog refuses the dashboard: each widget of a free dashboard needs a layout.',
              hint: 'Give the widget a layout with x, y, width and height, or make the dashboard ordered.',
            },
          ],
    ),
};
