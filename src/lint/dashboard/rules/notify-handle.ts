import type { DashboardRule } from '../dashboard-view.ts';

export const notifyHandle: DashboardRule = {
  code: 'notify_handle',
  severity: 'warning',
  summary: 'notify_list names somebody as messages do.',
  bad: `title: Checkout
layout_type: ordered
notify_list: [⟦"@jo@example.com"⟧]
widgets: []
`,
  good: `title: Checkout
layout_type: ordered
notify_list: ["jo@example.com"]
widgets: []
`,
  check: ({ dashboard: { notify_list: handles } }) => {
    if (!Array.isArray(handles)) return [];
    return handles.values().flatMap((handle, at) => {
      if (typeof handle !== 'string' || !handle.startsWith('@')) return [];
      const path = ['notify_list', at];
      const bare = handle.slice(1);
      return [
        {
          path,
          message: 'Nobody is told: notify_list holds the handles of users, which are their addresses.',
          hint: 'Leave the @ at the beginning out.',
          ...(bare.includes('@') ? { fix: { title: `Write ${bare}`, edits: [{ path, value: bare }] } } : {}),
        },
      ];
    });
  },
};
