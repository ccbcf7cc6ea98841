import type { DashboardRule } from '../dashboard-view.ts';

export const layoutWithAuto: DashboardRule = {
  code: 'layout_with_auto',
  severity: 'error',
  summary: 'A widget has a layout though the dashboard lays out its widgets itself.',
  bad: `title: Checkout
layout_type: ordered
reflow_type: auto
widgets:
  - layout: ⟦{ x: 0, y: 0, width: 6, height: 2 }⟧
    definition: { type: note, content: All is well. }
`,
  good: `title: Checkout
layout_type: ordered
reflow_type: fixed
widgets:
  - layout: { x: 0, y: 0, width: 6, height: 2 }
    definition: { type: note, content: All is well. }
`,
  check: ({ dashboard, widgets }) =>
    widgets.values().flatMap(({ path, widget, group }) => {
      const layout = [...path, 'layout'];
      if (dashboard['reflow_type'] !== 'auto' || group !== undefined || !Object.hasOwn(widget, 'layout'))
        return [];
      return [
        {
          path: layout,
          message: 'Datadog refuses the dashboard: with reflow_type auto no widget has a layout.',
          hint: 'Leave the layouts out, or write reflow_type fixed.',
          fix: { title: 'Leave the layout out', edits: [{ path: layout, remove: true }] },
        },
      ];
    }),
};
