import type { DashboardRule } from '../dashboard-view.ts';

/** The text that a widget of a type is there to show. */
const TEXTS: ReadonlyMap<string, string> = new Map<string, string>([
  ['note', 'content'],
  ['free_text', 'text'],
]);

export const widgetBlank: DashboardRule = {
  code: 'widget_blank',
  severity: 'warning',
  summary: 'A note or text has nothing in it.',
  bad: `title: Checkout
layout_type: ordered
widgets:
  - definition:
      type: note
      content: ⟦""⟧
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
      const name = TEXTS.get(type);
      const text = name === undefined ? undefined : definition[name];
      if (name === undefined || typeof text !== 'string' || /\S/.test(text)) return [];
      return [
        {
          path: [...path, name],
          message: 'The widget shows nothing.',
          hint: `Write something into ${name}, or leave the widget out.`,
        },
      ];
    }),
};
