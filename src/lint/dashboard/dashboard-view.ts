import { isObject, type Json, type JsonObject } from '../../domain/json.ts';
import type { Path, Rule } from '../rule.ts';
import type { Definition, PlacedWidget } from './placed-widget.ts';
import { type DashboardPart, partsOf } from './dashboard-parts.ts';
import { readTemplateVariables, type TemplateVariables } from './template-variables.ts';
import { type PlacedRequest, requestsOf, type WidgetFormula, type WidgetQuery } from './widget-requests.ts';
import { formulasOf, queriesOf } from './widget-requests.ts';

/** The input of dashboard rules: a dashboard with its parsed widgets and queries. */
export interface DashboardView {
  readonly dashboard: JsonObject;
  /** All widgets, each group before its widgets. */
  readonly widgets: readonly PlacedWidget[];
  readonly definitions: readonly Definition[];
  /** Every object of a known kind with its known fields. */
  readonly parts: readonly DashboardPart[];
  readonly requests: readonly PlacedRequest[];
  /** The parsed metric queries of all requests. */
  readonly queries: readonly WidgetQuery[];
  /** The parsed formulas of all requests. */
  readonly formulas: readonly WidgetFormula[];
  readonly variables: TemplateVariables;
}

export type DashboardRule = Rule<DashboardView>;

/** The maximum nesting of groups. */
const MAX_DEPTH = 20;

export function viewDashboard(dashboard: JsonObject): DashboardView {
  const widgets = widgetsIn(dashboard, [], undefined);
  const definitions = widgets.flatMap(definitionsOf);
  const requests = definitions.flatMap(requestsOf);
  return {
    dashboard,
    widgets,
    definitions,
    parts: partsOf(dashboard, widgets, definitions, requests),
    requests,
    queries: requests.flatMap(queriesOf),
    formulas: requests.flatMap(formulasOf),
    variables: readTemplateVariables(dashboard, widgets),
  };
}

function widgetsIn(parent: JsonObject, path: Path, group: PlacedWidget | undefined): PlacedWidget[] {
  const { widgets } = parent;
  if (!Array.isArray(widgets) || path.length > MAX_DEPTH) return [];
  return widgets.flatMap((widget, at) => {
    if (!isObject(widget) || !isObject(widget['definition'])) return [];
    const { definition } = widget;
    const type = textOr(definition['type'], '');
    const placed: PlacedWidget = { path: [...path, 'widgets', at], widget, definition, type, group };
    return [placed, ...widgetsIn(definition, [...placed.path, 'definition'], placed)];
  });
}

function definitionsOf({ path, definition, type }: PlacedWidget): Definition[] {
  const direct = { path: [...path, 'definition'], definition, type };
  const source = definition['source_widget_definition'];
  if (!isObject(source)) return [direct];
  const repeated = [...direct.path, 'source_widget_definition'];
  return [direct, { path: repeated, definition: source, type: textOr(source['type'], '') }];
}

function textOr(value: Json | undefined, fallback: string): string {
  return typeof value === 'string' ? value : fallback;
}
