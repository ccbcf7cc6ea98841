import type { DashboardRule } from '../dashboard-view.ts';
import type { PlacedWidget } from '../placed-widget.ts';
import { overlapsOn } from '../grid.ts';
import { levelsOf } from '../levels-of.ts';

export const widgetsOverlap: DashboardRule = {
  code: 'widgets_overlap',
  severity: 'warning',
  summary: 'Two widgets of an ordered dashboard stand in one place.',
  bad: `title: Checkout
layout_type: ordered
reflow_type: fixed
widgets:
  - layout: { x: 0, y: 0, width: 6, height: 2 }
    definition: { type: note, content: All is well. }
  - layout: ⟦{ x: 4, y: 1, width: 6, height: 2 }⟧
    definition: { type: note, content: Or not. }
`,
  good: `title: Checkout
layout_type: ordered
reflow_type: fixed
widgets:
  - layout: { x: 0, y: 0, width: 6, height: 2 }
    definition: { type: note, content: All is well. }
  - layout: { x: 6, y: 1, width: 6, height: 2 }
    definition: { type: note, content: Or not. }
`,
  check: ({ dashboard, widgets }) => {
    if (dashboard['layout_type'] !== 'ordered') return [];
    return levelsOf(widgets)
      .flatMap(overlapsOn)
      .map(({ widget, other }) => ({
        path: [...widget.path, 'layout'],
        message: `Datadog moves the widget: ${nameOf(other)} stands in its place.`,
        hint: 'Give the two widgets places of their own.',
      }));
  },
};

function nameOf({ definition, path, type }: PlacedWidget): string {
  const { title } = definition;
  if (typeof title === 'string' && title !== '') return `"${title.slice(0, 60)}"`;
  return `the widget ${path.at(-1)} of type ${type}`;
}
