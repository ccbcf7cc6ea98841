import { isObject } from '../../../domain/json.ts';
import type { DashboardRule } from '../dashboard-view.ts';

/** Rules about widgets that require a layout. */
export const REQUIRED_LAYOUT_RULES: readonly DashboardRule[] = [
  {
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
                message: 'Datadog rejects the dashboard: each widget of a free dashboard requires a layout.',
                hint: 'Add a layout with x, y, width and height, or use layout_type ordered.',
                missing: [[...path, 'layout']],
              },
            ],
      ),
  },
  {
    code: 'layout_required',
    severity: 'error',
    summary: 'A widget has no layout, but `reflow_type` is fixed.',
    bad: `title: Checkout
layout_type: ordered
reflow_type: fixed
widgets:
  - layout: { x: 0, y: 0, width: 6, height: 2 }
    definition: { type: note, content: All is well. }
  - ⟦definition⟧: { type: note, content: Or not. }
`,
    good: `title: Checkout
layout_type: ordered
reflow_type: fixed
widgets:
  - layout: { x: 0, y: 0, width: 6, height: 2 }
    definition: { type: note, content: All is well. }
  - layout: { x: 6, y: 0, width: 6, height: 2 }
    definition: { type: note, content: Or not. }
`,
    check: ({ dashboard, widgets }) =>
      widgets.values().flatMap(({ path, widget, type, group }) => {
        if (dashboard['layout_type'] !== 'ordered' || dashboard['reflow_type'] !== 'fixed') return [];
        // Dashboards that Datadog ships have groups without a layout.
        if (type === 'group') return [];
        if (group !== undefined || isObject(widget['layout'])) return [];
        return [
          {
            path,
            message: 'Datadog rejects the dashboard: with reflow_type fixed, each widget requires a layout.',
            hint: 'Add a layout with x, y, width and height, or use reflow_type auto.',
            missing: [[...path, 'layout']],
          },
        ];
      }),
  },
];
