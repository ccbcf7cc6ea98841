import { isObject, type JsonObject } from '../../domain/json.ts';
import type { Path } from '../rule.ts';

/** A variable of a saved view and its value. */
export interface PresetValue {
  readonly path: Path;
  readonly variable: JsonObject;
}

/** Returns the variables that the saved views of a dashboard set. */
export function presetValues({ template_variable_presets: presets }: JsonObject): PresetValue[] {
  if (!Array.isArray(presets)) return [];
  return presets.flatMap((preset, at) => {
    if (!isObject(preset) || !Array.isArray(preset['template_variables'])) return [];
    return preset['template_variables'].flatMap((variable, index) =>
      isObject(variable)
        ? [{ path: ['template_variable_presets', at, 'template_variables', index], variable }]
        : [],
    );
  });
}
