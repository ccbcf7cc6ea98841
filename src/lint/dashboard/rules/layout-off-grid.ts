import { isObject, type JsonObject, toNumber } from '../../../domain/json.ts';
import type { Hit } from '../../rule.ts';
import type { DashboardRule } from '../dashboard-view.ts';
import type { PlacedWidget } from '../placed-widget.ts';
import { COLUMNS } from '../grid.ts';

export const layoutOffGrid: DashboardRule = {
  code: 'layout_off_grid',
  severity: 'warning',
  summary: 'A widget reaches beyond its grid, or has no size.',
  bad: `title: Checkout
layout_type: ordered
reflow_type: fixed
widgets:
  - layout: { x: 8, y: 0, width: ⟦6⟧, height: 2 }
    definition: { type: note, content: All is well. }
`,
  good: `title: Checkout
layout_type: ordered
reflow_type: fixed
widgets:
  - layout: { x: 8, y: 0, width: 4, height: 2 }
    definition: { type: note, content: All is well. }
`,
  check: ({ dashboard, widgets }) =>
    widgets.values().flatMap(({ path, widget: { layout }, group }: PlacedWidget): Hit[] => {
      if (!isObject(layout)) return [];
      const wrong = wrongSide(layout, group !== undefined || dashboard['layout_type'] === 'ordered');
      if (!wrong) return [];
      return [
        {
          path: [...path, 'layout', wrong.side],
          message: `Datadog moves the widget, or refuses the dashboard: ${wrong.message}`,
          hint: wrong.hint,
        },
      ];
    }),
};

function wrongSide(layout: JsonObject, ordered: boolean) {
  for (const side of ['x', 'y', 'width', 'height']) {
    const number = toNumber(layout[side]);
    if (number === undefined) continue;
    const least = side === 'x' || side === 'y' ? 0 : 1;
    if (number < least) {
      return { side, message: `${side} is less than ${least}.`, hint: `Write ${least} or more.` };
    }
    if (!Number.isInteger(number))
      return { side, message: `${side} is no whole number.`, hint: 'Write a whole number.' };
  }
  const x = toNumber(layout['x']) ?? 0;
  const width = toNumber(layout['width']) ?? 0;
  if (!ordered || x + width <= COLUMNS) return undefined;
  return {
    side: 'width',
    message: `it ends at column ${x + width}, and there are ${COLUMNS}.`,
    hint: `Let x and width be ${COLUMNS} together at most.`,
  };
}
