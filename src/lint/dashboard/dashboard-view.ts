import { isObject, type JsonObject } from '../../domain/json.ts';
import type { Path, Rule } from '../rule.ts';

/** A widget of a dashboard, also one within a group. */
export interface PlacedWidget {
  /** Of the widget itself; its definition is one step below. */
  readonly path: Path;
  readonly widget: JsonObject;
  readonly definition: JsonObject;
  /** Empty where it is left out. */
  readonly type: string;
  /** The widget it stands in, where there is one. */
  readonly group: PlacedWidget | undefined;
}

/** A dashboard as rules look at it. */
export interface DashboardView {
  readonly dashboard: JsonObject;
  /** All widgets, groups before what stands in them. */
  readonly widgets: readonly PlacedWidget[];
}

export type DashboardRule = Rule<DashboardView>;

/** Groups stand in groups no deeper. */
const DEEPEST = 20;

export function viewDashboard(dashboard: JsonObject): DashboardView {
  return { dashboard, widgets: widgetsIn(dashboard, [], undefined) };
}

function widgetsIn(holder: JsonObject, path: Path, group: PlacedWidget | undefined): PlacedWidget[] {
  const { widgets } = holder;
  if (!Array.isArray(widgets) || path.length > DEEPEST) return [];
  return widgets.flatMap((widget, at) => {
    if (!isObject(widget) || !isObject(widget['definition'])) return [];
    const { definition } = widget;
    const type = typeof definition['type'] === 'string' ? definition['type'] : '';
    const placed: PlacedWidget = { path: [...path, 'widgets', at], widget, definition, type, group };
    return [placed, ...widgetsIn(definition, [...placed.path, 'definition'], placed)];
  });
}
