import type { DashboardRule } from '../dashboard-view.ts';

export const memberMissing: DashboardRule = {
  code: 'member_missing',
  severity: 'error',
  summary: 'A part of the dashboard lacks a member that it needs.',
  bad: `title: Checkout
layout_type: ordered
template_variables:
  - ⟦prefix: env⟧
widgets: []
`,
  good: `title: Checkout
layout_type: ordered
template_variables:
  - { name: env, prefix: env }
widgets:
  - definition: { type: note, content: All is well in $env.value. }
`,
  check: ({ parts, definitions }) => {
    // Of a widget's own definition widget_incomplete speaks, of the dashboard and its widgets the schema.
    const spoken = new Set(definitions.map(({ definition }) => definition));
    return parts.values().flatMap(({ path, object, what, members }) => {
      if (spoken.has(object) || what === 'a dashboard' || what === 'a widget') return [];
      const missing = members.needed.filter((name) => !Object.hasOwn(object, name));
      if (missing.length === 0) return [];
      return [
        {
          path,
          message: `Datadog refuses the dashboard: ${what} needs ${missing.join(' and ')}.`,
          hint: `Add ${missing.join(' and ')}.`,
        },
      ];
    });
  },
};
