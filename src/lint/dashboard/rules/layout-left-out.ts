import type { Hit } from '../../rule.ts';
import type { DashboardRule } from '../dashboard-view.ts';
import type { PlacedWidget } from '../placed-widget.ts';
import { levelsOf } from '../levels-of.ts';

export const layoutLeftOut: DashboardRule = {
  code: 'layout_left_out',
  severity: 'warning',
  summary: 'A widget has no layout where the others have one, or where a fixed dashboard wants one.',
  bad: `title: Checkout
layout_type: ordered
reflow_type: fixed
widgets:
  - layout: { x: 0, y: 0, width: 6, height: 2 }
    definition: { type: note, content: All is well. }
  - ⟦definition⟧: { type: note, content: Or not. }
`,
  good: `title: Checkout
layout_type: ordered
reflow_type: fixed
widgets:
  - layout: { x: 0, y: 0, width: 6, height: 2 }
    definition: { type: note, content: All is well. }
  - layout: { x: 6, y: 0, width: 6, height: 2 }
    definition: { type: note, content: Or not. }
`,
  check: ({ dashboard, widgets }) => {
    if (dashboard['layout_type'] !== 'ordered' || dashboard['reflow_type'] === 'auto') return [];
    return levelsOf(widgets).flatMap((level) => {
      const without = level.filter(({ widget }) => !Object.hasOwn(widget, 'layout'));
      const wanted = dashboard['reflow_type'] === 'fixed' && level[0]?.group === undefined;
      return wanted || without.length < level.length ? without.map(hit) : [];
    });
  },
};

function hit({ path }: PlacedWidget): Hit {
  return {
    path,
    message: 'Datadog places this widget itself, or refuses the dashboard: it has no layout.',
    hint: 'Give the widget a layout with x, y, width and height.',
  };
}
