import { isPlaceholder } from '../../../domain/references.ts';
import type { DashboardRule } from '../dashboard-view.ts';

export const widgetMonitorById: DashboardRule = {
  code: 'widget_monitor_by_id',
  severity: 'warning',
  summary: 'A widget in a document names a monitor by its number.',
  bad: `title: Checkout
layout_type: ordered
widgets:
  - definition: { type: alert_graph, viz_type: timeseries, alert_id: "⟦4711⟧" }
`,
  good: `title: Checkout
layout_type: ordered
widgets:
  - definition: { type: alert_graph, viz_type: timeseries, alert_id: "\${monitor:queue-depth}" }
`,
  check: ({ widgets }) =>
    widgets.values().flatMap(({ path, definition: { alert_id: id } }) => {
      if (typeof id !== 'string' || !/^\d+$/.test(id) || isPlaceholder(id)) return [];
      return [
        {
          path: [...path, 'definition', 'alert_id'],
          span: { from: 0, to: id.length },
          message: `The widget is empty when monitor ${id} is made anew, for then it has another number.`,
          hint: 'Write ${monitor:KEY} for a monitor of this document, ${monitor:APPLICATION/KEY} for one of another.',
        },
      ];
    }),
};
