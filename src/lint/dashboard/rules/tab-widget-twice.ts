import { numberText } from '../../../domain/json.ts';
import type { DashboardRule } from '../dashboard-view.ts';
import { tabbed } from './tab-widget.ts';

export const tabWidgetTwice: DashboardRule = {
  code: 'tab_widget_twice',
  severity: 'warning',
  summary: 'Two tabs hold one widget.',
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
    return tabbed(dashboard)
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
            message: `A widget stands in one tab alone: ${name} is in an earlier one already.`,
            hint: 'Take it out of one of the two.',
          },
        ];
      });
  },
};
