import { secretHits } from '../../secrets.ts';
import type { DashboardRule } from '../dashboard-view.ts';

export const secretInDashboard: DashboardRule = {
  code: 'secret_in_dashboard',
  severity: 'warning',
  summary: 'The dashboard holds a key, a token or a password.',
  bad: `title: Checkout
layout_type: ordered
widgets:
  - definition: { type: iframe, url: 'https://viewer:⟦Tr0ub4dor⟧@status.example.com' }
`,
  good: `title: Checkout
layout_type: ordered
widgets:
  - definition: { type: iframe, url: 'https://status.example.com' }
`,
  check: ({ dashboard }) => secretHits(dashboard, 'whoever sees the dashboard'),
};
