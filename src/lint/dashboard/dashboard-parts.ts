import { isObject, type Json, type JsonObject } from '../../domain/json.ts';
import type { Path } from '../rule.ts';
import type { Definition, PlacedWidget } from './placed-widget.ts';
import type { MemberTable } from './member-table.ts';
import type { PlacedRequest } from './widget-requests.ts';
import { OBJECTS, WIDGETS } from './widget-schema.ts';

/** An object whose members are known. */
export interface DashboardPart {
  readonly path: Path;
  readonly object: JsonObject;
  /** What it is, with its article: "a formula". */
  readonly what: string;
  readonly members: MemberTable;
}

type Found = Pick<DashboardPart, 'path' | 'object'>;

/** Every object of a known kind in a dashboard. */
export function partsOf(
  dashboard: JsonObject,
  widgets: readonly PlacedWidget[],
  definitions: readonly Definition[],
  requests: readonly PlacedRequest[],
): DashboardPart[] {
  const presets = items({ path: [], object: dashboard }, 'template_variable_presets');
  const placed = widgets.map(({ path, widget }) => ({ path, object: widget }));
  const defined = definitions.map(({ path, definition }) => ({ path, object: definition }));
  const asked = requests.map(({ path, request }) => ({ path, object: request }));
  const formulas = asked.flatMap((found) => items(found, 'formulas'));
  const formats = [...asked, ...formulas].flatMap((found) => items(found, 'conditional_formats'));
  return [
    part({ path: [], object: dashboard }, 'a dashboard', OBJECTS.dashboard),
    ...all(
      items({ path: [], object: dashboard }, 'template_variables'),
      'a template variable',
      OBJECTS.variable,
    ),
    ...all(presets, 'a saved view', OBJECTS.preset),
    ...all(
      presets.flatMap((found) => items(found, 'template_variables')),
      'a variable of a saved view',
      OBJECTS.presetVariable,
    ),
    ...all(items({ path: [], object: dashboard }, 'tabs'), 'a tab', OBJECTS.tab),
    ...all(placed, 'a widget', OBJECTS.widget),
    ...all(members(placed, 'layout'), 'a layout', OBJECTS.layout),
    ...definitions.flatMap(definitionPart),
    ...all(members(defined, 'time'), 'a time', OBJECTS.time),
    ...all(members(defined, 'xaxis', 'yaxis', 'right_yaxis'), 'an axis', OBJECTS.axis),
    ...all(
      defined.flatMap((found) => items(found, 'markers')),
      'a marker',
      OBJECTS.marker,
    ),
    ...all(asked, 'a request', OBJECTS.request),
    ...all(members(asked, 'style'), 'a style', OBJECTS.style),
    ...all(
      asked.flatMap((found) => items(found, 'queries')),
      'a query',
      OBJECTS.query,
    ),
    ...all(formulas, 'a formula', OBJECTS.formula),
    ...all(members(formulas, 'limit'), 'a limit', OBJECTS.limit),
    // Formats of another kind have a type instead of a comparator.
    ...all(
      formats.filter(({ object }) => !Object.hasOwn(object, 'type')),
      'a conditional format',
      OBJECTS.conditionalFormat,
    ),
  ];
}

function definitionPart({ path, definition, type }: Definition): DashboardPart[] {
  const known = WIDGETS.get(type);
  return known === undefined ? [] : [part({ path, object: definition }, `a widget of type ${type}`, known)];
}

function part({ path, object }: Found, what: string, known: MemberTable): DashboardPart {
  return { path, object, what, members: known };
}

function all(found: readonly Found[], what: string, known: MemberTable): DashboardPart[] {
  return found.map((one) => part(one, what, known));
}

function members(holders: readonly Found[], ...names: readonly string[]): Found[] {
  return holders.flatMap(({ path, object }) =>
    names.flatMap((name) => foundAt([...path, name], object[name])),
  );
}

function items({ path, object }: Found, name: string): Found[] {
  const list = object[name];
  if (!Array.isArray(list)) return [];
  return list.flatMap((item, at) => foundAt([...path, name, at], item));
}

function foundAt(path: Path, object: Json | undefined): Found[] {
  return isObject(object) ? [{ path, object }] : [];
}
