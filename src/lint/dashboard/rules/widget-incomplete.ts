import type { DashboardRule } from '../dashboard-view.ts';
import { WIDGETS } from '../widget-schema.ts';

export const widgetIncomplete: DashboardRule = {
  code: 'widget_incomplete',
  severity: 'error',
  summary: 'A widget lacks a member that its type needs.',
  bad: `title: Checkout
layout_type: ordered
widgets:
  - definition:
      type: ⟦note⟧
`,
  good: `title: Checkout
layout_type: ordered
widgets:
  - definition:
      type: note
      content: All is well.
`,
  check: ({ definitions }) =>
    definitions.values().flatMap(({ path, definition, type }) => {
      const needed = WIDGETS.get(type)?.needed ?? [];
      const missing = needed.filter((name) => !Object.hasOwn(definition, name));
      if (missing.length === 0) return [];
      return [
        {
          path: [...path, 'type'],
          message: `Datadog refuses the dashboard: a widget of type ${type} needs ${missing.join(' and ')}.`,
          hint: `Add ${missing.join(' and ')} to the widget's definition.`,
        },
      ];
    }),
};
