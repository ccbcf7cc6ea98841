import { isObject, type JsonObject, textOf } from '../../domain/json.ts';
import type { Path } from '../rule.ts';
import type { Definition, PlacedWidget } from './placed-widget.ts';
import type { FieldTable } from './field-table.ts';
import type { PlacedRequest } from './widget-requests.ts';
import { OBJECTS, queryFields, SEARCH_FIELDS, SEARCH_QUERY, WIDGETS } from './widget-schema.ts';

/** An object with known fields. */
export interface DashboardPart {
  readonly path: Path;
  readonly object: JsonObject;
  /** The kind of object with its article: "a formula". */
  readonly description: string;
  readonly fields: FieldTable;
}

type LocatedObject = Pick<DashboardPart, 'path' | 'object'>;

/** Returns every object of a known kind in a dashboard. */
export function partsOf(
  dashboard: JsonObject,
  widgets: readonly PlacedWidget[],
  definitions: readonly Definition[],
  requests: readonly PlacedRequest[],
): DashboardPart[] {
  const parts: DashboardPart[] = [];
  const add = (found: readonly LocatedObject[], description: string, known: FieldTable): void => {
    for (const { path, object } of found) parts.push({ path, object, description, fields: known });
  };
  const top = [{ path: [], object: dashboard }];
  const presets = objectsInList(top, 'template_variable_presets');
  const widgetObjects = widgets.map(({ path, widget }) => ({ path, object: widget }));
  const definitionObjects = definitions.map(({ path, definition }) => ({ path, object: definition }));
  const requestObjects = requests.map(({ path, request }) => ({ path, object: request }));
  const formulas = objectsInList(requestObjects, 'formulas');
  const formats = objectsInList([...requestObjects, ...formulas], 'conditional_formats');
  add(top, 'a dashboard', OBJECTS.dashboard);
  add(objectsInList(top, 'template_variables'), 'a template variable', OBJECTS.variable);
  add(presets, 'a saved view', OBJECTS.preset);
  add(objectsInList(presets, 'template_variables'), 'a variable of a saved view', OBJECTS.presetVariable);
  add(objectsInList(top, 'tabs'), 'a tab', OBJECTS.tab);
  add(widgetObjects, 'a widget', OBJECTS.widget);
  add(objectsAt(widgetObjects, 'layout'), 'a layout', OBJECTS.layout);
  for (const { path, definition, type } of definitions) {
    const known = WIDGETS.get(type);
    if (known) add([{ path, object: definition }], `a widget of type ${type}`, known);
  }
  add(objectsAt(definitionObjects, 'time'), 'a time', OBJECTS.time);
  add(objectsAt(definitionObjects, 'xaxis', 'yaxis', 'right_yaxis'), 'an axis', OBJECTS.axis);
  add(objectsInList(definitionObjects, 'markers'), 'a marker', OBJECTS.marker);
  add(requestObjects, 'a request', OBJECTS.request);
  add(objectsAt(requestObjects, 'style'), 'a style', OBJECTS.style);
  for (const located of objectsInList(requestObjects, 'queries')) {
    const source = textOf(located.object['data_source']);
    add([located], source === '' ? 'a query' : `a query of ${source}`, queryFields(source));
  }
  for (const field of SEARCH_FIELDS) add(objectsAt(requestObjects, field), field, SEARCH_QUERY);
  const listed = requests.filter(({ type }) => type === 'list_stream');
  const listRequests = listed.map(({ path, request }) => ({ path, object: request }));
  add(objectsAt(listRequests, 'query'), 'the query of a list', OBJECTS.listQuery);
  add(formulas, 'a formula', OBJECTS.formula);
  add(objectsAt(formulas, 'limit'), 'a limit', OBJECTS.limit);
  // Other kinds of format have a type instead of a comparator.
  const compared = formats.filter(({ object }) => !Object.hasOwn(object, 'type'));
  add(compared, 'a conditional format', OBJECTS.conditionalFormat);
  return parts;
}

function objectsAt(parents: readonly LocatedObject[], ...names: readonly string[]): LocatedObject[] {
  const found: LocatedObject[] = [];
  for (const { path, object } of parents)
    for (const name of names) {
      const value = object[name];
      if (isObject(value)) found.push({ path: [...path, name], object: value });
    }
  return found;
}

function objectsInList(parents: readonly LocatedObject[], name: string): LocatedObject[] {
  const found: LocatedObject[] = [];
  for (const { path, object } of parents) {
    const list = object[name];
    if (!Array.isArray(list)) continue;
    for (const [at, item] of list.entries())
      if (isObject(item)) found.push({ path: [...path, name, at], object: item });
  }
  return found;
}
