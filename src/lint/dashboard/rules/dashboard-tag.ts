import type { DashboardRule } from '../dashboard-view.ts';

export const dashboardTag: DashboardRule = {
  code: 'dashboard_tag',
  severity: 'error',
  summary: 'A dashboard has a tag with another key than team.',
  bad: `title: Checkout
layout_type: ordered
tags: ["team:shop", ⟦"env:prod"⟧]
widgets: []
`,
  good: `title: Checkout
layout_type: ordered
tags: ["team:shop"]
widgets: []
`,
  check: ({ dashboard: { tags } }) => {
    if (!Array.isArray(tags)) return [];
    return tags.values().flatMap((tag, at) =>
      typeof tag !== 'string' || /^team:./.test(tag)
        ? []
        : [
            {
              path: ['tags', at],
              message: 'Datadog refuses the dashboard: its tags have the key team alone.',
              hint: 'Write team:<name>, or leave the tag out.',
            },
          ],
    );
  },
};
