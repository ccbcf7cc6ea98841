import { isRawObject, type RawObject } from '../raw-json.ts';
import { DatadogError } from '../datadog-error.ts';

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
  if (!Array.isArray(dashboard['widgets'])) throw new DatadogError(400, "'widgets' is invalid");
  checkTags(dashboard['tags']);
  for (const variable of objects(dashboard['template_variables'])) checkVariable(variable);
  for (const preset of objects(dashboard['template_variable_presets'])) {
    for (const variable of objects(preset['template_variables'])) checkPreset(variable);
  }
}

function checkTags(tags: unknown): void {
  if (!Array.isArray(tags)) return;
  if (tags.length > 5)
    throw new DatadogError(400, "Maximum number of elements in parameter 'tags' should be 5");
  if (!tags.every((t) => typeof t === 'string' && t.startsWith('team:'))) {
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
