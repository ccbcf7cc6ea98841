import { isObject, type Json, type JsonObject, numberText } from '../../../domain/json.ts';
import type { Hit, Path } from '../../rule.ts';
import type { DashboardRule } from '../dashboard-view.ts';

export const tabWidget: DashboardRule = {
  code: 'tab_widget',
  severity: 'error',
  summary: 'A tab holds a widget that the dashboard does not have.',
  bad: `title: Checkout
layout_type: ordered
tabs:
  - id: 0d2c4a3e-8a57-4e4d-9a3e-2a6d4f3b1c11
    name: Overview
    widget_ids: ["@1", ⟦"@2"⟧]
widgets:
  - definition: { type: note, content: All is well. }
`,
  good: `title: Checkout
layout_type: ordered
tabs:
  - id: 0d2c4a3e-8a57-4e4d-9a3e-2a6d4f3b1c11
    name: Overview
    widget_ids: ["@1"]
widgets:
  - definition: { type: note, content: All is well. }
`,
  check: ({ dashboard }) => {
    const { widgets } = dashboard;
    if (!Array.isArray(widgets)) return [];
    const ids = new Set(widgets.flatMap((widget) => (isObject(widget) ? [numberText(widget['id'])] : [])));
    return tabbed(dashboard)
      .values()
      .flatMap(({ path, id }): Hit[] => {
        const place = typeof id === 'string' ? /^@(\d+)$/.exec(id)?.[1] : undefined;
        if (place !== undefined && Number(place) >= 1 && Number(place) <= widgets.length) return [];
        if (place === undefined && ids.has(numberText(id) ?? (typeof id === 'string' ? id : undefined)))
          return [];
        return [
          {
            path,
            message: `The tab cannot show ${String(typeof id === 'string' ? id : numberText(id))}: there is no such widget.`,
            hint: `Name a widget by its place, from @1 to @${widgets.length}, or by an id that it has here.`,
          },
        ];
      });
  },
};

/** The widgets that tabs name. */
export function tabbed({ tabs }: JsonObject): { readonly path: Path; readonly id: Json }[] {
  if (!Array.isArray(tabs)) return [];
  return tabs.flatMap((tab, at) =>
    isObject(tab) && Array.isArray(tab['widget_ids'])
      ? tab['widget_ids'].map((id, index) => ({ path: ['tabs', at, 'widget_ids', index], id }))
      : [],
  );
}
