import type { DashboardRule } from '../dashboard-view.ts';

export const reflowTypeOnFree: DashboardRule = {
  code: 'reflow_type_on_free',
  severity: 'warning',
  summary: 'A free dashboard has a reflow type.',
  bad: `title: Checkout
layout_type: free
reflow_type: ⟦fixed⟧
widgets: []
`,
  good: `title: Checkout
layout_type: free
widgets: []
`,
  check: ({ dashboard: { layout_type: layout, reflow_type: reflow } }) =>
    layout !== 'free' || (reflow !== 'auto' && reflow !== 'fixed')
      ? []
      : [
          {
            path: ['reflow_type'],
            message: 'Datadog leaves it unread, or refuses the dashboard: only ordered dashboards reflow.',
            hint: 'Leave reflow_type out, or write layout_type ordered.',
          },
        ],
};
