import { meantWord } from '../../meant-word.ts';
import type { DashboardRule } from '../dashboard-view.ts';
import { WIDGET_TYPES } from '../widget-schema.ts';

export const unknownWidgetType: DashboardRule = {
  code: 'unknown_widget_type',
  severity: 'warning',
  summary: 'A widget is of a type that Datadog does not document.',
  bad: `title: Checkout
layout_type: ordered
widgets:
  - definition:
      type: ⟦timeserie⟧
      requests: []
`,
  good: `title: Checkout
layout_type: ordered
widgets:
  - definition:
      type: timeseries
      requests: []
`,
  check: ({ definitions }) =>
    definitions.values().flatMap(({ path, type }) => {
      if (type === '' || WIDGET_TYPES.has(type)) return [];
      const at = [...path, 'type'];
      const meant = meantWord(type, WIDGET_TYPES);
      return [
        {
          path: at,
          message: `Datadog documents no widget of type "${type}"; it refuses the dashboard where it does not know it.`,
          ...(meant === undefined
            ? {}
            : {
                hint: `Did you mean ${meant}?`,
                fix: { title: `Write ${meant}`, edits: [{ path: at, value: meant }] },
              }),
        },
      ];
    }),
};
