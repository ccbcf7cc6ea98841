import { isRawObject, type RawObject } from '../raw-json.ts';
import { DatadogError } from '../datadog-error.ts';
import { fieldError, schemaError } from './widget-types.ts';

/** The fields that Datadog sets, and those with their own checks. */
const UNCHECKED = new Set([
  'id',
  'author_handle',
  'author_name',
  'created_at',
  'modified_at',
  'url',
  'tags',
  'widgets',
]);

/** Rejects the dashboards that Datadog rejects, with its messages. Throws DatadogError. */
export function checkDashboard(dashboard: RawObject): void {
  for (const name of ['title', 'layout_type', 'widgets']) {
    if (dashboard[name] === undefined || dashboard[name] === null)
      throw new DatadogError(400, `Missing required parameter: '${name}'`);
  }
  if (!['ordered', 'free'].includes(String(dashboard['layout_type']))) {
    throw new DatadogError(
      400,
      "Value of parameter 'layout_type' should be any of these ['ordered', 'free']",
    );
  }
  const { widgets } = dashboard;
  if (!Array.isArray(widgets)) throw new DatadogError(400, "'widgets' is invalid");
  checkTags(dashboard['tags']);
  for (const variable of objects(dashboard['template_variables'])) checkVariable(variable);
  for (const preset of objects(dashboard['template_variable_presets'])) {
    for (const variable of objects(preset['template_variables'])) checkPreset(variable);
  }
  for (const [name, value] of Object.entries(dashboard)) {
    if (!UNCHECKED.has(name) && fieldError('Dashboard', name, value) !== undefined)
      throw new DatadogError(400, `'${name}' is invalid`);
  }
  const error = widgetsError(widgets, 'widget');
  if (error !== undefined) throw new DatadogError(400, error);
  checkLayouts(dashboard, objects(widgets));
  checkTabs(objects(dashboard['tabs']), objects(widgets));
}

/** Rejects tabs with unknown widgets: a tab has their ids, or their positions such as "@1". No record has Datadog's words. */
function checkTabs(tabs: readonly RawObject[], widgets: readonly RawObject[]): void {
  const known = new Set(
    widgets.flatMap(({ id }, at) => [`@${at + 1}`, ...(id === undefined ? [] : [widgetId(id)])]),
  );
  for (const { widget_ids: ids } of tabs)
    if (Array.isArray(ids) && !ids.every((id) => known.has(widgetId(id))))
      throw new DatadogError(400, "'tabs' is invalid");
}

const widgetId = (id: unknown) => String(isRawObject(id) ? '' : JSON.stringify(id)).replaceAll('"', '');

/** Rejects widgets without a layout where they need one. No record has Datadog's words. */
function checkLayouts(dashboard: RawObject, widgets: readonly RawObject[]): void {
  const { layout_type, reflow_type } = dashboard;
  if (layout_type !== 'free' && reflow_type !== 'fixed') return;
  const at = widgets.findIndex(
    ({ definition, layout }) =>
      !isRawObject(layout) &&
      // Dashboards that Datadog ships have groups without a layout.
      (layout_type === 'free' || !isRawObject(definition) || definition['type'] !== 'group'),
  );
  if (at !== -1)
    throw new DatadogError(
      400,
      `Invalid widget definition at position ${at}. Error: 'layout' is a required property.`,
    );
}

/** Returns Datadog's message for the first invalid widget of a list: it names the position and the type. */
function widgetsError(widgets: readonly unknown[], kind: string): string | undefined {
  for (const [at, widget] of widgets.entries()) {
    const { definition, id: _, ...frame } = isRawObject(widget) ? widget : {};
    const named = isRawObject(definition) ? definition['type'] : undefined;
    const type = typeof named === 'string' ? named : 'None';
    const error = definitionError(definition) ?? schemaError({ ...frame, definition: null }, 'Widget');
    if (error !== undefined)
      return `Invalid ${kind} definition at position ${at} of type ${type}. Error: ${error}.`;
  }
  return undefined;
}

function definitionError(definition: unknown): string | undefined {
  if (!isRawObject(definition) || definition['type'] !== 'group' || !Array.isArray(definition['widgets']))
    return schemaError(definition ?? {}, 'WidgetDefinition');
  const error = schemaError({ ...definition, widgets: [] }, 'WidgetDefinition');
  return error ?? widgetsError(definition['widgets'], 'inner widget')?.replace(/\.$/, '');
}

function checkTags(tags: unknown): void {
  if (!Array.isArray(tags)) return;
  if (tags.length > 5)
    throw new DatadogError(400, "Maximum number of elements in parameter 'tags' should be 5");
  // The words are those of the recordings; reports of 2026 have "team, ai".
  if (!tags.every((t) => typeof t === 'string' && (t.startsWith('team:') || t.startsWith('ai:')))) {
    throw new DatadogError(400, 'Invalid tag format. Valid tag keys are: team.');
  }
}

function checkVariable(variable: RawObject): void {
  const { default: single, defaults } = variable;
  if (single !== undefined && single !== null && defaults !== undefined && defaults !== null) {
    throw new DatadogError(400, "'template_variables' is invalid");
  }
  if (Array.isArray(defaults) && defaults.includes(''))
    throw new DatadogError(400, "Minimum length of parameter 'defaults' should be 1");
}

function checkPreset(variable: RawObject): void {
  const { value, values } = variable;
  if (value !== undefined && values !== undefined) {
    throw new DatadogError(400, `'template_variables' value '${pythonRepr(variable)}' is invalid`);
  }
  if (Array.isArray(values) && values.length === 0) {
    throw new DatadogError(400, "Minimum number of elements in parameter 'values' should be 1");
  }
}

/** Formats a value as Python does; Datadog's messages contain such values. */
function pythonRepr(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`;
  if (Array.isArray(value)) return `[${value.map(pythonRepr).join(', ')}]`;
  if (isRawObject(value))
    return `{${Object.entries(value)
      .map(([n, v]) => `'${n}': ${pythonRepr(v)}`)
      .join(', ')}}`;
  return value === null ? 'None' : String(value);
}

function objects(value: unknown): RawObject[] {
  return Array.isArray(value) ? value.filter(isRawObject) : [];
}
