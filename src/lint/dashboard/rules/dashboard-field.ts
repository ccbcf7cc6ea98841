import { isObject, type Json, type JsonObject, numberText } from '../../../domain/json.ts';
import type { DashboardRule } from '../dashboard-view.ts';
import { roleViolations } from '../../restricted-roles.ts';
import type { Violation, Path } from '../../rule.ts';

/** Datadog's OpenAPI document, `DashboardTab`. */
const MAX_TABS = 100;

const MAX_NAME_LENGTH = 100;

/** Rules about the title, tags, roles and tabs of a dashboard. */
export const DASHBOARD_FIELD_RULES: readonly DashboardRule[] = [
  {
    code: 'dashboard_tag',
    severity: 'error',
    summary: 'A dashboard tag has a key other than `team` and `ai`.',
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
        typeof tag !== 'string' || /^(?:team|ai):./.test(tag)
          ? []
          : [
              {
                path: ['tags', at],
                message: 'Datadog rejects the dashboard: the key of a dashboard tag must be team or ai.',
                hint: 'Use team:<name>, or remove the tag.',
              },
            ],
      );
    },
  },
  {
    code: 'title_blank',
    severity: 'warning',
    summary: 'The title is empty, or starts or ends with a space.',
    bad: `title: ⟦" Checkout"⟧
layout_type: ordered
widgets: []
`,
    good: `title: Checkout
layout_type: ordered
widgets: []
`,
    check: ({ dashboard: { title } }) => {
      if (typeof title !== 'string' || title.trim() === title) return title === '' ? [emptyTitle()] : [];
      const trimmed = title.trim();
      if (trimmed === '') return [emptyTitle()];
      return [
        {
          path: ['title'],
          message: 'The title starts or ends with spaces, so the dashboard is sorted apart from the others.',
          hint: 'Remove the spaces.',
          fix: { title: 'Remove the spaces', edits: [{ path: ['title'], value: trimmed }] },
        },
      ];
    },
  },
  {
    code: 'notify_handle',
    severity: 'warning',
    summary: 'A handle in `notify_list` starts with @.',
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
        const trimmed = handle.slice(1);
        return [
          {
            path,
            message:
              'Nobody is notified: notify_list takes user handles, which are email addresses without a leading @.',
            hint: 'Remove the leading @.',
            ...(trimmed.includes('@')
              ? { fix: { title: `Change to ${trimmed}`, edits: [{ path, value: trimmed }] } }
              : {}),
          },
        ];
      });
    },
  },
  {
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
              message: 'is_read_only has no effect: restricted_roles replaces it.',
              hint: 'Keep only restricted_roles.',
              fix: {
                title: 'Remove is_read_only',
                edits: [{ path: ['is_read_only'], remove: true as const }],
              },
            },
          ],
  },
  {
    code: 'dashboard_role',
    severity: 'warning',
    summary: '`restricted_roles` of the dashboard contains a value that is not a role id.',
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
    check: ({ dashboard }) => roleViolations(dashboard),
  },
  {
    code: 'tab_limits',
    severity: 'error',
    summary: 'A dashboard has more than 100 tabs, or a tab name has more than 100 characters.',
    bad: `title: Checkout
layout_type: ordered
tabs:
  - id: 0d2c4a3e-8a57-4e4d-9a3e-2a6d4f3b1c11
    name: ⟦${'Overview and more '.repeat(6)}here⟧
    widget_ids: []
widgets: []
`,
    good: `title: Checkout
layout_type: ordered
tabs:
  - id: 0d2c4a3e-8a57-4e4d-9a3e-2a6d4f3b1c11
    name: Overview
    widget_ids: []
widgets: []
`,
    check: ({ dashboard: { tabs } }) => {
      if (!Array.isArray(tabs)) return [];
      const long = tabs.flatMap((tab, at): Violation[] => {
        if (!isObject(tab) || typeof tab['name'] !== 'string') return [];
        const length = [...tab['name']].length;
        if (length <= MAX_NAME_LENGTH) return [];
        return [
          {
            path: ['tabs', at, 'name'],
            message: `Datadog rejects the dashboard: the tab name has ${length} characters, and the maximum is ${MAX_NAME_LENGTH}.`,
            hint: 'Shorten the name.',
          },
        ];
      });
      if (tabs.length <= MAX_TABS) return long;
      const message = `Datadog rejects the dashboard: it has ${tabs.length} tabs, and the maximum is ${MAX_TABS}.`;
      return [{ path: ['tabs', MAX_TABS], message, hint: 'Merge tabs.' }, ...long];
    },
  },
  {
    code: 'tab_widget',
    severity: 'error',
    summary: 'A tab references a widget that does not exist.',
    bad: `title: Checkout
layout_type: ordered
tabs:
  - id: 0d2c4a3e-8a57-4e4d-9a3e-2a6d4f3b1c11
    name: Overview
    widget_ids: ["@1", ⟦"@2"⟧]
widgets:
  - definition: { type: note, content: All is well. }
`,
    good: `title: Checkout
layout_type: ordered
tabs:
  - id: 0d2c4a3e-8a57-4e4d-9a3e-2a6d4f3b1c11
    name: Overview
    widget_ids: ["@1"]
widgets:
  - definition: { type: note, content: All is well. }
`,
    check: ({ dashboard }) => {
      const { widgets } = dashboard;
      if (!Array.isArray(widgets)) return [];
      const ids = new Set(widgets.flatMap((widget) => (isObject(widget) ? [numberText(widget['id'])] : [])));
      return widgetsInTabs(dashboard)
        .values()
        .flatMap(({ path, id }): Violation[] => {
          const position = typeof id === 'string' ? /^@(\d+)$/.exec(id)?.[1] : undefined;
          if (position !== undefined && Number(position) >= 1 && Number(position) <= widgets.length)
            return [];
          if (position === undefined && ids.has(numberText(id) ?? (typeof id === 'string' ? id : undefined)))
            return [];
          return [
            {
              path,
              message: `The tab references ${String(typeof id === 'string' ? id : numberText(id))}, but there is no such widget.`,
              hint: `Reference a widget by its position, @1 to @${widgets.length}, or by its id in this dashboard.`,
            },
          ];
        });
    },
  },
  {
    code: 'tab_widget_twice',
    severity: 'warning',
    summary: 'Two tabs contain the same widget.',
    bad: `title: Checkout
layout_type: ordered
tabs:
  - { id: 0d2c4a3e-8a57-4e4d-9a3e-2a6d4f3b1c11, name: One, widget_ids: ["@1"] }
  - { id: 0d2c4a3e-8a57-4e4d-9a3e-2a6d4f3b1c12, name: Two, widget_ids: [⟦"@1"⟧] }
widgets:
  - definition: { type: note, content: All is well. }
`,
    good: `title: Checkout
layout_type: ordered
tabs:
  - { id: 0d2c4a3e-8a57-4e4d-9a3e-2a6d4f3b1c11, name: One, widget_ids: ["@1"] }
  - { id: 0d2c4a3e-8a57-4e4d-9a3e-2a6d4f3b1c12, name: Two, widget_ids: [] }
widgets:
  - definition: { type: note, content: All is well. }
`,
    check: ({ dashboard }) => {
      const seen = new Set<string>();
      return widgetsInTabs(dashboard)
        .values()
        .flatMap(({ path, id }) => {
          const name = typeof id === 'string' ? id : numberText(id);
          if (name === undefined) return [];
          if (!seen.has(name)) {
            seen.add(name);
            return [];
          }
          return [
            {
              path,
              message: `${name} is already in an earlier tab, and a widget can be in only one tab.`,
              hint: 'Remove it from one of the two tabs.',
            },
          ];
        });
    },
  },
];

function emptyTitle() {
  return {
    path: ['title'],
    message: 'The title is empty, so the dashboard is hard to find in lists.',
    hint: 'Give it a title.',
  };
}

/** Returns the widgets that tabs reference. */
function widgetsInTabs({ tabs }: JsonObject): { readonly path: Path; readonly id: Json }[] {
  if (!Array.isArray(tabs)) return [];
  return tabs.flatMap((tab, at) =>
    isObject(tab) && Array.isArray(tab['widget_ids'])
      ? tab['widget_ids'].map((id, index) => ({ path: ['tabs', at, 'widget_ids', index], id }))
      : [],
  );
}
