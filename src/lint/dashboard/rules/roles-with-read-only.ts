import type { DashboardRule } from '../dashboard-view.ts';

export const rolesWithReadOnly: DashboardRule = {
  code: 'roles_with_read_only',
  severity: 'warning',
  summary: 'A dashboard has both restricted_roles and is_read_only.',
  bad: `title: Checkout
layout_type: ordered
restricted_roles: [e7ff5cb6-ce2f-11ee-8c29-da7ad0900002]
is_read_only: ⟦true⟧
widgets: []
`,
  good: `title: Checkout
layout_type: ordered
restricted_roles: [e7ff5cb6-ce2f-11ee-8c29-da7ad0900002]
widgets: []
`,
  check: ({ dashboard: { is_read_only: readOnly, restricted_roles: roles } }) =>
    readOnly !== true || !Array.isArray(roles) || roles.length === 0
      ? []
      : [
          {
            path: ['is_read_only'],
            message: 'Datadog takes one of the two: is_read_only is the older, and no longer has an effect.',
            hint: 'Keep restricted_roles alone.',
            fix: {
              title: 'Leave is_read_only out',
              edits: [{ path: ['is_read_only'], remove: true as const }],
            },
          },
        ],
};
