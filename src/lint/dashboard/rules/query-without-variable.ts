import type { DashboardRule } from '../dashboard-view.ts';

/** Fewer queries show no habit. */
const FEWEST = 5;
/** What this share of the queries goes without is no slip of one. */
const SHARE = 0.1;

/** A map of hosts has its scope beside its queries. */
const isRole = (step: string | number): boolean => step === 'fill' || step === 'size';

export const queryWithoutVariable: DashboardRule = {
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
};
