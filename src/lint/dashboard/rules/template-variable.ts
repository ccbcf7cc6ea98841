import { isObject, type Json } from '../../../domain/json.ts';
import type { DashboardRule } from '../dashboard-view.ts';
import type { DeclaredVariable } from '../template-variables.ts';
import { didYouMean } from '../../meant-word.ts';
import type { Hit } from '../../rule.ts';

/** Other names are not found after a `$` for certain. */
const PLAIN = /^[A-Za-z_][\w.-]{0,199}$/;

/** Fewer queries show no habit. */
const FEWEST = 5;

/** What this share of the queries goes without is no slip of one. */
const SHARE = 0.1;

/** A map of hosts has its scope beside its queries. */
const isRole = (step: string | number): boolean => step === 'fill' || step === 'size';

/** Template variables. */
export const TEMPLATE_VARIABLE_RULES: readonly DashboardRule[] = [
  {
    code: 'variable_undeclared',
    severity: 'warning',
    summary: 'A query uses a template variable that the dashboard does not have.',
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
    check: ({ variables: { known, asked } }) =>
      asked.values().map(({ path, span, name }) => ({
        path,
        span,
        message: `Nothing takes the place of $${name}: the dashboard has no such template variable.`,
        hint: `Declare ${name} among template_variables.`,
        ...didYouMean(name, known, (meant) => ({ path, span, text: meant }), '$'),
      })),
  },
  {
    code: 'variable_unused',
    severity: 'warning',
    summary: 'No widget uses a template variable.',
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
      // What stands in a powerpack cannot be seen.
      if (widgets.some(({ type }) => type === 'powerpack')) return [];
      return declared
        .values()
        .filter(({ name }) => PLAIN.test(name) && !used.has(name))
        .map(({ path, name }) => ({
          path: [...path, 'name'],
          message: `Choosing a value for "${name}" changes nothing: no widget uses $${name}.`,
          hint: `Put $${name} into the queries that it should filter, or leave the variable out.`,
        }));
    },
  },
  {
    code: 'query_without_variable',
    severity: 'warning',
    summary: 'A query uses no template variable where nearly all others do.',
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
      if (declared.length === 0 || queries.length < FEWEST) return [];
      const without = queries.filter(({ path, text }) => !text.includes('$') && !path.some(isRole));
      if (without.length > Math.max(1, queries.length * SHARE)) return [];
      return without.values().map(({ path, text }) => ({
        path,
        span: { from: 0, to: text.length },
        message: 'This query does not follow the template variables: it shows the same whatever is chosen.',
        hint: `Put ${declared.map(({ name }) => `$${name}`).join(' or ')} into its scope.`,
      }));
    },
  },
  {
    code: 'variable_twice',
    severity: 'error',
    summary: 'Two template variables have one name.',
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
            message: `One of the variables "${name}" never has an effect: queries cannot tell them apart.`,
            hint: 'Give each template variable its own name.',
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
            message: 'Datadog refuses the dashboard: a template variable has default or defaults, not both.',
            hint: 'Keep defaults alone.',
            ...(several.includes(one)
              ? { fix: { title: 'Leave default out', edits: [{ path, remove: true as const }] } }
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
            message: 'Datadog refuses the dashboard: defaults names at least one value, and no empty one.',
            hint: 'Leave defaults out where every value shall show, or name values.',
            ...(defaults.every((value) => value === '')
              ? { fix: { title: 'Leave defaults out', edits: [{ path, remove: true as const }] } }
              : {}),
          },
        ];
      });
    },
  },
  {
    code: 'default_not_available',
    severity: 'warning',
    summary: 'The default of a template variable is none of its available values.',
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
    check: ({ variables: { declared } }) => declared.values().flatMap(hitsOf),
  },
];

function hitsOf({ path, variable }: DeclaredVariable): Hit[] {
  const { available_values: available, default: single, defaults } = variable;
  if (!Array.isArray(available) || available.length === 0) return [];
  const hit = (value: Json | undefined, ...steps: (string | number)[]): Hit[] =>
    typeof value !== 'string' || value.includes('*') || available.includes(value)
      ? []
      : [
          {
            path: [...path, ...steps],
            message: `The dashboard opens with "${value}", which nobody can choose again.`,
            hint: `Add it to available_values, or write one of ${available.slice(0, 5).join(', ')}.`,
          },
        ];
  const several = Array.isArray(defaults) ? defaults.flatMap((value, at) => hit(value, 'defaults', at)) : [];
  return [...hit(single, 'default'), ...several];
}
