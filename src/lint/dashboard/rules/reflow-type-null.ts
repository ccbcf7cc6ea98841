import type { DashboardRule } from '../dashboard-view.ts';

export const reflowTypeNull: DashboardRule = {
  code: 'reflow_type_null',
  severity: 'error',
  summary: 'The reflow type is null.',
  bad: `title: Checkout
layout_type: ordered
reflow_type: ⟦null⟧
widgets: []
`,
  good: `title: Checkout
layout_type: ordered
widgets: []
`,
  check: ({ dashboard }) =>
    dashboard['reflow_type'] !== null
      ? []
      : [
          {
            path: ['reflow_type'],
            message: 'Datadog cannot create the dashboard: reflow_type may be left out, but not be null.',
            hint: 'Leave reflow_type out.',
            fix: { title: 'Leave reflow_type out', edits: [{ path: ['reflow_type'], remove: true }] },
          },
        ],
};
