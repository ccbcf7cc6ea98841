import { roleHits } from '../../restricted-roles.ts';
import type { DashboardRule } from '../dashboard-view.ts';

export const dashboardRole: DashboardRule = {
  code: 'dashboard_role',
  severity: 'warning',
  summary: 'A role that may edit the dashboard is named by something else than its id.',
  bad: `title: Checkout
layout_type: ordered
restricted_roles: [⟦Admin⟧]
widgets: []
`,
  good: `title: Checkout
layout_type: ordered
restricted_roles: [9b3b0f2e-3ce0-11f1-b986-da7ad0900005]
widgets: []
`,
  check: ({ dashboard }) => roleHits(dashboard),
};
