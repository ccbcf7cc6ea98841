import { isObject, type JsonObject } from '../../domain/json.ts';
import type { Path } from '../rule.ts';
import type { Definition, PlacedWidget } from './placed-widget.ts';
import type { MemberTable } from './member-table.ts';
import type { PlacedRequest } from './widget-requests.ts';
import { OBJECTS, WIDGETS } from './widget-schema.ts';

/** An object with known fields. */
export interface DashboardPart {
  readonly path: Path;
  readonly object: JsonObject;
  /** The kind of object with its article: "a formula". */
  readonly what: string;
  readonly members: MemberTable;
}

type Found = Pick<DashboardPart, 'path' | 'object'>;

/** Returns every object of a known kind in a dashboard. */
export function partsOf(
  dashboard: JsonObject,
  widgets: readonly PlacedWidget[],
  definitions: readonly Definition[],
  requests: readonly PlacedRequest[],
): DashboardPart[] {
  const parts: DashboardPart[] = [];
  const add = (found: readonly Found[], what: string, known: MemberTable): void => {
    for (const { path, object } of found) parts.push({ path, object, what, members: known });
  };
  const top = [{ path: [], object: dashboard }];
  const presets = items(top, 'template_variable_presets');
  const placed = widgets.map(({ path, widget }) => ({ path, object: widget }));
  const defined = definitions.map(({ path, definition }) => ({ path, object: definition }));
  const asked = requests.map(({ path, request }) => ({ path, object: request }));
  const formulas = items(asked, 'formulas');
  const formats = items([...asked, ...formulas], 'conditional_formats');
  add(top, 'a dashboard', OBJECTS.dashboard);
  add(items(top, 'template_variables'), 'a template variable', OBJECTS.variable);
  add(presets, 'a saved view', OBJECTS.preset);
  add(items(presets, 'template_variables'), 'a variable of a saved view', OBJECTS.presetVariable);
  add(items(top, 'tabs'), 'a tab', OBJECTS.tab);
  add(placed, 'a widget', OBJECTS.widget);
  add(members(placed, 'layout'), 'a layout', OBJECTS.layout);
  for (const { path, definition, type } of definitions) {
    const known = WIDGETS.get(type);
    if (known) add([{ path, object: definition }], `a widget of type ${type}`, known);
  }
  add(members(defined, 'time'), 'a time', OBJECTS.time);
  add(members(defined, 'xaxis', 'yaxis', 'right_yaxis'), 'an axis', OBJECTS.axis);
  add(items(defined, 'markers'), 'a marker', OBJECTS.marker);
  add(asked, 'a request', OBJECTS.request);
  add(members(asked, 'style'), 'a style', OBJECTS.style);
  add(items(asked, 'queries'), 'a query', OBJECTS.query);
  add(formulas, 'a formula', OBJECTS.formula);
  add(members(formulas, 'limit'), 'a limit', OBJECTS.limit);
  // Other kinds of format have a type instead of a comparator.
  const compared = formats.filter(({ object }) => !Object.hasOwn(object, 'type'));
  add(compared, 'a conditional format', OBJECTS.conditionalFormat);
  return parts;
}

function members(holders: readonly Found[], ...names: readonly string[]): Found[] {
  const found: Found[] = [];
  for (const { path, object } of holders)
    for (const name of names) {
      const member = object[name];
      if (isObject(member)) found.push({ path: [...path, name], object: member });
    }
  return found;
}

function items(holders: readonly Found[], name: string): Found[] {
  const found: Found[] = [];
  for (const { path, object } of holders) {
    const list = object[name];
    if (!Array.isArray(list)) continue;
    for (const [at, item] of list.entries())
      if (isObject(item)) found.push({ path: [...path, name, at], object: item });
  }
  return found;
}
