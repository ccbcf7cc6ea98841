import { isObject, type Json, textOf } from '../../../domain/json.ts';
import type { DashboardRule } from '../dashboard-view.ts';
import type { DeclaredVariable } from '../template-variables.ts';
import { didYouMean } from '../../nearest.ts';
import type { Violation } from '../../rule.ts';

/** Names that can be recognized with certainty after `$`. */
const RECOGNIZABLE_NAME = /^[A-Za-z_][\w.-]{0,199}$/;

/** The minimum number of queries from which a convention can be inferred. */
const MIN_QUERIES = 5;

/** The maximum share of queries without a variable that counts as an oversight. */
const MAX_SHARE = 0.1;

/** The maximum number of variables that a hint names. */
const MAX_LISTED = 5;

/** Recognizes the roles of a hostmap's requests. The scope of a hostmap is separate from its queries. */
const isHostmapRole = (step: string | number): boolean => step === 'fill' || step === 'size';

/** Rules about template variables. */
export const TEMPLATE_VARIABLE_RULES: readonly DashboardRule[] = [
  {
    code: 'variable_undeclared',
    severity: 'warning',
    summary: 'A query uses an undeclared template variable.',
    bad: `title: Checkout
layout_type: ordered
template_variables:
  - name: cluster
    prefix: cluster
widgets:
  - definition:
      type: timeseries
      requests:
        - q: avg:system.load.1{$cluster,$⟦clutser⟧}
`,
    good: `title: Checkout
layout_type: ordered
template_variables:
  - name: cluster
    prefix: cluster
widgets:
  - definition:
      type: timeseries
      requests:
        - q: avg:system.load.1{$cluster,$cluster}
`,
    check: ({ variables: { known, undeclared } }) =>
      undeclared.values().map(({ path, span, name }) => ({
        path,
        span,
        message: `$${name} is never replaced: the dashboard has no such template variable.`,
        hint: `Declare ${name} in template_variables.`,
        ...didYouMean(name, known, (meant) => ({ path, span, text: meant }), '$'),
      })),
  },
  {
    code: 'variable_unused',
    severity: 'warning',
    summary: 'A template variable is unused.',
    bad: `title: Checkout
layout_type: ordered
template_variables:
  - name: ⟦env⟧
    prefix: env
widgets:
  - definition: { type: note, content: All is well. }
`,
    good: `title: Checkout
layout_type: ordered
template_variables:
  - name: env
    prefix: env
widgets:
  - definition: { type: note, content: All is well in $env.value. }
`,
    check: ({ widgets, variables: { declared, used } }) => {
      // The content of a powerpack is unknown.
      if (widgets.some(({ type }) => type === 'powerpack')) return [];
      return declared
        .values()
        .filter(({ name }) => RECOGNIZABLE_NAME.test(name) && !used.has(name))
        .map(({ path, name }) => ({
          path: [...path, 'name'],
          message: `The template variable "${name}" has no effect: no widget uses $${name}.`,
          hint: `Add $${name} to the queries that it should filter, or remove the variable.`,
        }));
    },
  },
  {
    code: 'query_without_variable',
    severity: 'warning',
    summary: 'A query uses no template variable, but nearly all others do.',
    bad: `title: Checkout
layout_type: ordered
template_variables: [{ name: env, prefix: env }]
widgets:
  - definition:
      type: timeseries
      requests:
        - { q: "avg:web.a{$env}" }
        - { q: "avg:web.b{$env}" }
        - { q: "avg:web.c{$env}" }
        - { q: "avg:web.d{$env}" }
        - { q: "⟦avg:web.e{*}⟧" }
`,
    good: `title: Checkout
layout_type: ordered
template_variables: [{ name: env, prefix: env }]
widgets:
  - definition:
      type: timeseries
      requests:
        - { q: "avg:web.a{$env}" }
        - { q: "avg:web.b{$env}" }
        - { q: "avg:web.c{$env}" }
        - { q: "avg:web.d{$env}" }
        - { q: "avg:web.e{$env}" }
`,
    check: ({ queries, variables: { declared } }) => {
      if (declared.length === 0 || queries.length < MIN_QUERIES) return [];
      const without = queries.filter(({ path, text }) => !text.includes('$') && !path.some(isHostmapRole));
      if (without.length > Math.max(1, queries.length * MAX_SHARE)) return [];
      const names = declared.slice(0, MAX_LISTED).map(({ name }) => `$${name}`);
      const hint = `Add ${names.join(' or ')} to its scope.`;
      return without.values().map(({ path, text }) => ({
        path,
        span: { from: 0, to: text.length },
        message: 'The query ignores the template variables: it shows the same data for every selection.',
        hint,
      }));
    },
  },
  {
    code: 'variable_twice',
    severity: 'error',
    summary: 'Two template variables have the same name.',
    bad: `title: Checkout
layout_type: ordered
template_variables:
  - { name: env, prefix: env }
  - { name: ⟦env⟧, prefix: environment }
widgets:
  - definition: { type: note, content: All is well in $env.value. }
`,
    good: `title: Checkout
layout_type: ordered
template_variables:
  - { name: env, prefix: env }
widgets:
  - definition: { type: note, content: All is well in $env.value. }
`,
    check: ({ variables: { declared } }) => {
      const seen = new Set<string>();
      return declared.values().flatMap(({ path, name }) => {
        if (!seen.has(name)) {
          seen.add(name);
          return [];
        }
        return [
          {
            path: [...path, 'name'],
            message: `Duplicate template variable "${name}": one of the two has no effect.`,
            hint: 'Give each template variable a unique name.',
          },
        ];
      });
    },
  },
  {
    code: 'default_and_defaults',
    severity: 'error',
    summary: 'A template variable has both default and defaults.',
    bad: `title: Checkout
layout_type: ordered
template_variables:
  - { name: env, prefix: env, defaults: [prod], default: ⟦prod⟧ }
widgets:
  - definition: { type: note, content: All is well in $env.value. }
`,
    good: `title: Checkout
layout_type: ordered
template_variables:
  - { name: env, prefix: env, defaults: [prod] }
widgets:
  - definition: { type: note, content: All is well in $env.value. }
`,
    check: ({ dashboard: { template_variables: variables } }) => {
      if (!Array.isArray(variables)) return [];
      return variables.values().flatMap((variable, at) => {
        if (!isObject(variable)) return [];
        const { default: one, defaults: several } = variable;
        if (one === undefined || one === null || !Array.isArray(several)) return [];
        const path = ['template_variables', at, 'default'];
        return [
          {
            path,
            message:
              'Datadog rejects the dashboard: a template variable can have default or defaults, not both.',
            hint: 'Keep only defaults.',
            ...(several.includes(one)
              ? { fix: { title: 'Remove default', edits: [{ path, remove: true as const }] } }
              : {}),
          },
        ];
      });
    },
  },
  {
    code: 'defaults_empty',
    severity: 'error',
    summary: 'The defaults of a template variable are empty.',
    bad: `title: Checkout
layout_type: ordered
template_variables:
  - { name: env, prefix: env, defaults: [⟦""⟧] }
widgets:
  - definition: { type: note, content: All is well in $env.value. }
`,
    good: `title: Checkout
layout_type: ordered
template_variables:
  - { name: env, prefix: env }
widgets:
  - definition: { type: note, content: All is well in $env.value. }
`,
    check: ({ dashboard: { template_variables: variables } }) => {
      if (!Array.isArray(variables)) return [];
      return variables.values().flatMap((variable, at) => {
        if (!isObject(variable) || !Array.isArray(variable['defaults'])) return [];
        const { defaults } = variable;
        const path = ['template_variables', at, 'defaults'];
        const empty = defaults.indexOf('');
        if (defaults.length > 0 && empty === -1) return [];
        return [
          {
            path: empty === -1 ? path : [...path, empty],
            message:
              'Datadog rejects the dashboard: defaults must contain at least one value, and no empty value.',
            hint: 'Remove defaults to show all values, or list values.',
            ...(defaults.every((value) => value === '')
              ? { fix: { title: 'Remove defaults', edits: [{ path, remove: true as const }] } }
              : {}),
          },
        ];
      });
    },
  },
  {
    code: 'default_not_available',
    severity: 'warning',
    summary: 'The default of a template variable is not one of its available values.',
    bad: `title: Checkout
layout_type: ordered
template_variables:
  - { name: env, prefix: env, available_values: [prod, staging], defaults: [⟦live⟧] }
widgets:
  - definition: { type: note, content: All is well in $env.value. }
`,
    good: `title: Checkout
layout_type: ordered
template_variables:
  - { name: env, prefix: env, available_values: [prod, staging], defaults: [prod] }
widgets:
  - definition: { type: note, content: All is well in $env.value. }
`,
    check: ({ variables: { declared } }) => declared.values().flatMap(unavailableDefaults),
  },
];

function unavailableDefaults({ path, variable }: DeclaredVariable): Violation[] {
  const { available_values: available, default: single, defaults } = variable;
  if (!Array.isArray(available) || available.length === 0) return [];
  const unavailable = (value: Json | undefined, ...steps: (string | number)[]): Violation[] =>
    typeof value !== 'string' || value.includes('*') || available.includes(value)
      ? []
      : [
          {
            path: [...path, ...steps],
            message: `The default "${value}" is not in available_values, so it cannot be selected again.`,
            hint: `Add it to available_values, or use one of ${available.slice(0, 5).map(textOf).join(', ')}.`,
          },
        ];
  const several = Array.isArray(defaults)
    ? defaults.flatMap((value, at) => unavailable(value, 'defaults', at))
    : [];
  return [...unavailable(single, 'default'), ...several];
}
