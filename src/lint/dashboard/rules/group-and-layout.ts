import { isObject, type JsonObject, toNumber } from '../../../domain/json.ts';
import type { DashboardRule } from '../dashboard-view.ts';
import { COLUMNS, overlapsOn, gridsOf } from '../grid.ts';
import type { PlacedWidget } from '../placed-widget.ts';
import { suggestWord } from '../../nearest.ts';
import type { Violation } from '../../rule.ts';

const SIDES = ['x', 'y', 'width', 'height'];

const REFLOW_TYPES = ['auto', 'fixed'];

/** Rules about groups and the layout of widgets. */
export const LAYOUT_RULES: readonly DashboardRule[] = [
  {
    code: 'group_misplaced',
    severity: 'error',
    summary: 'A group contains another group.',
    bad: `title: Checkout
layout_type: ordered
widgets:
  - definition:
      type: group
      layout_type: ordered
      widgets:
        - definition:
            type: ⟦group⟧
            layout_type: ordered
            widgets: []
`,
    good: `title: Checkout
layout_type: ordered
widgets:
  - definition:
      type: group
      layout_type: ordered
      widgets: []
`,
    check: ({ widgets }) =>
      widgets.values().flatMap(({ path, type, group }) =>
        type !== 'group' || group === undefined
          ? []
          : [
              {
                path: [...path, 'definition', 'type'],
                message: 'Datadog rejects the dashboard: a group cannot contain another group.',
                hint: 'Move the group or its widgets one level up.',
              },
            ],
      ),
  },
  {
    code: 'group_on_free',
    severity: 'warning',
    summary: 'A free dashboard contains a group.',
    bad: `title: Checkout
layout_type: free
widgets:
  - layout: { x: 0, y: 0, width: 40, height: 20 }
    definition:
      type: ⟦group⟧
      layout_type: ordered
      widgets: []
`,
    good: `title: Checkout
layout_type: ordered
widgets:
  - layout: { x: 0, y: 0, width: 12, height: 4 }
    definition:
      type: group
      layout_type: ordered
      widgets: []
`,
    check: ({ dashboard, widgets }) =>
      widgets.values().flatMap(({ path, type, group }) =>
        dashboard['layout_type'] !== 'free' || type !== 'group' || group !== undefined
          ? []
          : [
              {
                path: [...path, 'definition', 'type'],
                message: 'Datadog rejects the dashboard: only ordered dashboards can contain groups.',
                hint: 'Use layout_type ordered, or move the widgets of the group to the dashboard.',
              },
            ],
      ),
  },
  {
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
            message: `Datadog rejects the dashboard: ${missing.join(' and ')} must be set to a number in layout.`,
            hint: 'Set x, y, width and height to numbers.',
            missing: missing.map((side) => [...path, 'layout', side]),
          },
        ];
      }),
  },
  {
    code: 'layout_with_auto',
    severity: 'error',
    summary: 'A widget has a layout, but `reflow_type` is auto.',
    bad: `title: Checkout
layout_type: ordered
reflow_type: auto
widgets:
  - layout: ⟦{ x: 0, y: 0, width: 6, height: 2 }⟧
    definition: { type: note, content: All is well. }
`,
    good: `title: Checkout
layout_type: ordered
reflow_type: fixed
widgets:
  - layout: { x: 0, y: 0, width: 6, height: 2 }
    definition: { type: note, content: All is well. }
`,
    check: ({ dashboard, widgets }) =>
      widgets.values().flatMap(({ path, widget, group }) => {
        const layout = [...path, 'layout'];
        if (dashboard['reflow_type'] !== 'auto' || group !== undefined || !Object.hasOwn(widget, 'layout'))
          return [];
        return [
          {
            path: layout,
            message: 'Datadog rejects the dashboard: with reflow_type auto, widgets cannot have a layout.',
            hint: 'Remove the layouts, or use reflow_type fixed.',
            fix: { title: 'Remove the layout', edits: [{ path: layout, remove: true }] },
          },
        ];
      }),
  },
  {
    code: 'layout_left_out',
    severity: 'warning',
    summary: 'A widget has no layout, but other widgets have one.',
    bad: `title: Checkout
layout_type: ordered
widgets:
  - layout: { x: 0, y: 0, width: 6, height: 2 }
    definition: { type: note, content: All is well. }
  - ⟦definition⟧: { type: note, content: Or not. }
`,
    good: `title: Checkout
layout_type: ordered
widgets:
  - layout: { x: 0, y: 0, width: 6, height: 2 }
    definition: { type: note, content: All is well. }
  - layout: { x: 6, y: 0, width: 6, height: 2 }
    definition: { type: note, content: Or not. }
`,
    check: ({ dashboard, widgets }) => {
      if (dashboard['layout_type'] !== 'ordered' || dashboard['reflow_type'] === 'auto') return [];
      return gridsOf(widgets).flatMap((grid) => {
        const without = grid.filter(({ widget }) => !Object.hasOwn(widget, 'layout'));
        const isReported = dashboard['reflow_type'] === 'fixed' && grid[0]?.group === undefined;
        return !isReported && without.length < grid.length ? without.map(missingLayout) : [];
      });
    },
  },
  {
    code: 'layout_off_grid',
    severity: 'warning',
    summary: 'A widget of an ordered dashboard extends beyond the grid or has an invalid size.',
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
      widgets.values().flatMap(({ path, widget: { layout }, group }: PlacedWidget): Violation[] => {
        const isOrdered = group !== undefined || dashboard['layout_type'] === 'ordered';
        if (!isObject(layout) || !isOrdered) return [];
        const invalid = invalidSide(layout);
        if (!invalid) return [];
        return [
          {
            path: [...path, 'layout', invalid.side],
            message: `Datadog moves the widget or rejects the dashboard: ${invalid.message}`,
            hint: invalid.hint,
          },
        ];
      }),
  },
  {
    code: 'widgets_overlap',
    severity: 'warning',
    summary: 'Two widgets of an ordered dashboard overlap.',
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
      return gridsOf(widgets)
        .flatMap(overlapsOn)
        .map(({ widget, other }) => ({
          path: [...widget.path, 'layout'],
          message: `Datadog moves the widget: it overlaps ${nameOf(other)}.`,
          hint: 'Give the two widgets different positions.',
        }));
    },
  },
  {
    code: 'reflow_type_null',
    severity: 'error',
    summary: '`reflow_type` is null.',
    bad: `title: Checkout
layout_type: ordered
reflow_type: ⟦null⟧
widgets: []
`,
    good: `title: Checkout
layout_type: ordered
widgets: []
`,
    check: ({ dashboard }) =>
      dashboard['reflow_type'] !== null
        ? []
        : [
            {
              path: ['reflow_type'],
              message: 'Datadog rejects the dashboard: reflow_type is optional, but cannot be null.',
              hint: 'Remove reflow_type.',
              fix: { title: 'Remove reflow_type', edits: [{ path: ['reflow_type'], remove: true }] },
            },
          ],
  },
  {
    code: 'unknown_reflow_type',
    severity: 'error',
    summary: '`reflow_type` is neither auto nor fixed.',
    bad: `title: Checkout
layout_type: ordered
reflow_type: ⟦fix⟧
widgets: []
`,
    good: `title: Checkout
layout_type: ordered
reflow_type: fixed
widgets: []
`,
    check: ({ dashboard: { reflow_type: type } }) => {
      if (type === undefined || type === null || (typeof type === 'string' && REFLOW_TYPES.includes(type)))
        return [];
      const meant = typeof type === 'string' ? suggestWord(type, REFLOW_TYPES) : undefined;
      return [
        {
          path: ['reflow_type'],
          message: 'Datadog rejects the dashboard: reflow_type must be auto or fixed.',
          hint:
            meant === undefined
              ? 'Use fixed if widgets have layouts, otherwise auto.'
              : `Did you mean ${meant}?`,
          ...(meant === undefined
            ? {}
            : { fix: { title: `Change to ${meant}`, edits: [{ path: ['reflow_type'], value: meant }] } }),
        },
      ];
    },
  },
  {
    code: 'reflow_type_on_free',
    severity: 'warning',
    summary: 'A free dashboard has `reflow_type`.',
    bad: `title: Checkout
layout_type: free
reflow_type: ⟦fixed⟧
widgets: []
`,
    good: `title: Checkout
layout_type: free
widgets: []
`,
    check: ({ dashboard: { layout_type: layout, reflow_type: reflow } }) =>
      layout !== 'free' || (reflow !== 'auto' && reflow !== 'fixed')
        ? []
        : [
            {
              path: ['reflow_type'],
              message:
                'Datadog ignores reflow_type or rejects the dashboard: only ordered dashboards reflow.',
              hint: 'Remove reflow_type, or use layout_type ordered.',
            },
          ],
  },
];

function isNumeric(layout: JsonObject, side: string): boolean {
  const value = layout[side];
  return toNumber(value) !== undefined || (typeof value === 'string' && /^-?\d+$/.test(value));
}

function missingLayout({ path }: PlacedWidget): Violation {
  return {
    path,
    message: 'Datadog chooses a position or rejects the dashboard: the widget has no layout.',
    hint: 'Add a layout with x, y, width and height.',
    missing: [[...path, 'layout']],
  };
}

function invalidSide(layout: JsonObject) {
  for (const side of ['x', 'y', 'width', 'height']) {
    const number = toNumber(layout[side]);
    if (number === undefined) continue;
    const min = side === 'x' || side === 'y' ? 0 : 1;
    if (number < min) {
      return { side, message: `${side} is less than ${min}.`, hint: `Use ${min} or more.` };
    }
    if (!Number.isInteger(number))
      return { side, message: `${side} is not an integer.`, hint: 'Use an integer.' };
  }
  const x = toNumber(layout['x']) ?? 0;
  const width = toNumber(layout['width']) ?? 0;
  if (x + width <= COLUMNS) return undefined;
  return {
    side: Object.hasOwn(layout, 'width') ? 'width' : 'x',
    message: `it ends at column ${x + width}, and the grid has ${COLUMNS} columns.`,
    hint: `Keep x + width at ${COLUMNS} or less.`,
  };
}

function nameOf({ definition, path, type }: PlacedWidget): string {
  const { title } = definition;
  if (typeof title === 'string' && title !== '') return `"${title.slice(0, 60)}"`;
  return `the widget ${path.at(-1)} of type ${type}`;
}
