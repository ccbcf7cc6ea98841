import { isObject, type JsonObject } from '../../../domain/json.ts';
import type { DashboardRule } from '../dashboard-view.ts';
import { didYouMean } from '../../nearest.ts';
import type { Path } from '../../rule.ts';

/** Rules about saved views of template variables. */
export const SAVED_VIEW_RULES: readonly DashboardRule[] = [
  {
    code: 'preset_value_and_values',
    severity: 'error',
    summary: 'A saved view sets both value and values of a variable.',
    bad: `title: Checkout
layout_type: ordered
template_variables: [{ name: env, prefix: env }]
template_variable_presets:
  - name: live
    template_variables: [{ name: env, values: [prod], value: ⟦prod⟧ }]
widgets:
  - definition: { type: note, content: All is well in $env.value. }
`,
    good: `title: Checkout
layout_type: ordered
template_variables: [{ name: env, prefix: env }]
template_variable_presets:
  - name: live
    template_variables: [{ name: env, values: [prod] }]
widgets:
  - definition: { type: note, content: All is well in $env.value. }
`,
    check: ({ dashboard }) =>
      presetValues(dashboard)
        .values()
        .flatMap(({ path, variable: { value, values } }) => {
          if (value === undefined || value === null || !Array.isArray(values)) return [];
          const at = [...path, 'value'];
          return [
            {
              path: at,
              message:
                'Datadog rejects the dashboard: a saved view can set value or values of a variable, not both.',
              hint: 'Keep only values.',
              ...(values.includes(value)
                ? { fix: { title: 'Remove value', edits: [{ path: at, remove: true as const }] } }
                : {}),
            },
          ];
        }),
  },
  {
    code: 'preset_values_empty',
    severity: 'error',
    summary: 'A saved view sets an empty list of values.',
    bad: `title: Checkout
layout_type: ordered
template_variables: [{ name: env, prefix: env }]
template_variable_presets:
  - name: live
    template_variables: [{ name: env, values: ⟦[]⟧ }]
widgets:
  - definition: { type: note, content: All is well in $env.value. }
`,
    good: `title: Checkout
layout_type: ordered
template_variables: [{ name: env, prefix: env }]
template_variable_presets:
  - name: live
    template_variables: [{ name: env, values: ["*"] }]
widgets:
  - definition: { type: note, content: All is well in $env.value. }
`,
    check: ({ dashboard }) =>
      presetValues(dashboard)
        .values()
        .flatMap(({ path, variable: { values } }) =>
          !Array.isArray(values) || values.length > 0
            ? []
            : [
                {
                  path: [...path, 'values'],
                  message: 'Datadog rejects the dashboard: values must contain at least one value.',
                  hint: 'Add a value, or "*" for all.',
                },
              ],
        ),
  },
  {
    code: 'preset_unknown_variable',
    severity: 'warning',
    summary: 'A saved view sets a template variable that does not exist.',
    bad: `title: Checkout
layout_type: ordered
template_variables: [{ name: cluster, prefix: cluster }]
template_variable_presets:
  - name: live
    template_variables: [{ name: ⟦clutser⟧, values: [a] }]
widgets:
  - definition: { type: note, content: All is well in $cluster.value. }
`,
    good: `title: Checkout
layout_type: ordered
template_variables: [{ name: cluster, prefix: cluster }]
template_variable_presets:
  - name: live
    template_variables: [{ name: cluster, values: [a] }]
widgets:
  - definition: { type: note, content: All is well in $cluster.value. }
`,
    check: ({ dashboard, variables: { declared } }) => {
      const names = new Set(declared.map(({ name }) => name));
      return presetValues(dashboard)
        .values()
        .flatMap(({ path, variable: { name } }) => {
          if (typeof name !== 'string' || names.has(name)) return [];
          const at = [...path, 'name'];
          return [
            {
              path: at,
              message: `The saved view has no effect here: the dashboard has no template variable "${name}".`,
              ...didYouMean(name, names, (meant) => ({ path: at, value: meant })),
            },
          ];
        });
    },
  },
  {
    code: 'preset_twice',
    severity: 'warning',
    summary: 'Two saved views have the same name.',
    bad: `title: Checkout
layout_type: ordered
template_variable_presets:
  - { name: live, template_variables: [] }
  - { name: ⟦live⟧, template_variables: [] }
widgets: []
`,
    good: `title: Checkout
layout_type: ordered
template_variable_presets:
  - { name: live, template_variables: [] }
  - { name: test, template_variables: [] }
widgets: []
`,
    check: ({ dashboard: { template_variable_presets: presets } }) => {
      if (!Array.isArray(presets)) return [];
      const seen = new Set<string>();
      return presets.values().flatMap((preset, at) => {
        if (!isObject(preset) || typeof preset['name'] !== 'string') return [];
        const { name } = preset;
        if (!seen.has(name)) {
          seen.add(name);
          return [];
        }
        return [
          {
            path: ['template_variable_presets', at, 'name'],
            message: `Duplicate saved view name "${name}".`,
            hint: 'Give each saved view a unique name.',
          },
        ];
      });
    },
  },
  {
    code: 'presets_unsorted',
    severity: 'warning',
    summary: 'The saved views are not sorted by name.',
    bad: `title: Checkout
layout_type: ordered
template_variables: [{ name: env, prefix: env }]
template_variable_presets:
  - { name: staging, template_variables: [{ name: env, values: [staging] }] }
  - { name: ⟦live⟧, template_variables: [{ name: env, values: [prod] }] }
widgets:
  - definition: { type: note, content: All is well in $env.value. }
`,
    good: `title: Checkout
layout_type: ordered
template_variables: [{ name: env, prefix: env }]
template_variable_presets:
  - { name: live, template_variables: [{ name: env, values: [prod] }] }
  - { name: staging, template_variables: [{ name: env, values: [staging] }] }
widgets:
  - definition: { type: note, content: All is well in $env.value. }
`,
    check: ({ dashboard: { template_variable_presets: presets } }) => {
      if (!Array.isArray(presets)) return [];
      const names = presets.map((preset) => (isObject(preset) ? preset['name'] : undefined));
      const at = names.findIndex((name, index) => index > 0 && isBefore(name, names[index - 1]));
      if (at < 0) return [];
      return [
        {
          path: ['template_variable_presets', at, 'name'],
          message: 'The saved view is not in alphabetical order, so it is hard to find in the list.',
          hint: 'Sort the saved views by name.',
        },
      ];
    },
  },
];

function isBefore(name: unknown, other: unknown): boolean {
  if (typeof name !== 'string' || typeof other !== 'string') return false;
  return name.localeCompare(other, 'en', { sensitivity: 'base', numeric: true }) < 0;
}

/** A variable of a saved view and its value. */
interface PresetValue {
  readonly path: Path;
  readonly variable: JsonObject;
}

/** Returns the variables that the saved views of a dashboard set. */
function presetValues({ template_variable_presets: presets }: JsonObject): PresetValue[] {
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
