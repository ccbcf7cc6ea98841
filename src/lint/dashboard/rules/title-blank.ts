import type { DashboardRule } from '../dashboard-view.ts';

export const titleBlank: DashboardRule = {
  code: 'title_blank',
  severity: 'warning',
  summary: 'The title is empty, or begins or ends with a blank.',
  bad: `title: ⟦" Checkout"⟧
layout_type: ordered
widgets: []
`,
  good: `title: Checkout
layout_type: ordered
widgets: []
`,
  check: ({ dashboard: { title } }) => {
    if (typeof title !== 'string' || title.trim() === title) return title === '' ? [untitled()] : [];
    const bare = title.trim();
    if (bare === '') return [untitled()];
    return [
      {
        path: ['title'],
        message: 'The dashboard stands apart from others in every list: its title has blanks around it.',
        hint: 'Leave the blanks out.',
        fix: { title: 'Leave the blanks out', edits: [{ path: ['title'], value: bare }] },
      },
    ];
  },
};

function untitled() {
  return {
    path: ['title'],
    message: 'Nobody finds the dashboard in a list: its title is empty.',
    hint: 'Give it a title.',
  };
}
