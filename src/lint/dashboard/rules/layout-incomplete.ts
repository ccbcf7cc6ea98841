import { isObject, type JsonObject, toNumber } from '../../../domain/json.ts';
import type { DashboardRule } from '../dashboard-view.ts';

const SIDES = ['x', 'y', 'width', 'height'];

export const layoutIncomplete: DashboardRule = {
  code: 'layout_incomplete',
  severity: 'error',
  summary: 'A layout lacks one of its four numbers.',
  bad: `title: Checkout
layout_type: ordered
reflow_type: fixed
widgets:
  - layout: ⟦{ x: 0, width: 6, height: 2 }⟧
    definition: { type: note, content: All is well. }
`,
  good: `title: Checkout
layout_type: ordered
reflow_type: fixed
widgets:
  - layout: { x: 0, y: 0, width: 6, height: 2 }
    definition: { type: note, content: All is well. }
`,
  check: ({ widgets }) =>
    widgets.values().flatMap(({ path, widget: { layout } }) => {
      if (!isObject(layout)) return [];
      const missing = SIDES.filter((side) => !isNumeric(layout, side));
      if (missing.length === 0) return [];
      return [
        {
          path: [...path, 'layout'],
          message: `Datadog refuses the dashboard: a layout needs ${missing.join(' and ')} as a number.`,
          hint: 'Give the four numbers x, y, width and height.',
        },
      ];
    }),
};

function isNumeric(layout: JsonObject, side: string): boolean {
  const value = layout[side];
  return toNumber(value) !== undefined || (typeof value === 'string' && /^-?\d+$/.test(value));
}
