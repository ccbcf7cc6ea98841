import type { DashboardRule } from '../dashboard-view.ts';
import type { PlacedRequest, WidgetFormula } from '../widget-requests.ts';

export const queryUnused: DashboardRule = {
  code: 'query_unused',
  severity: 'warning',
  summary: 'No formula of a request uses one of its queries.',
  bad: `title: Checkout
layout_type: ordered
widgets:
  - definition:
      type: timeseries
      requests:
        - response_format: timeseries
          queries:
            - { data_source: metrics, name: load, query: "avg:system.load.1{*}" }
            - { data_source: metrics, name: ⟦disk⟧, query: "avg:system.disk.free{*}" }
          formulas: [{ formula: load }]
`,
  good: `title: Checkout
layout_type: ordered
widgets:
  - definition:
      type: timeseries
      requests:
        - response_format: timeseries
          queries:
            - { data_source: metrics, name: load, query: "avg:system.load.1{*}" }
            - { data_source: metrics, name: disk, query: "avg:system.disk.free{*}" }
          formulas: [{ formula: load }, { formula: disk }]
`,
  check: ({ formulas }) => {
    const byRequest = new Map<PlacedRequest, WidgetFormula[]>();
    for (const formula of formulas) {
      const own = byRequest.get(formula.request);
      if (own) own.push(formula);
      else byRequest.set(formula.request, [formula]);
    }
    return byRequest.entries().flatMap(([request, own]) => unusedIn(request, own));
  },
};

function unusedIn(request: PlacedRequest, formulas: readonly WidgetFormula[]) {
  if (formulas.some(({ read }) => read.faults.length > 0)) return [];
  const used = new Set(formulas.flatMap(({ names }) => names.map(({ text }) => text)));
  return request.queries.flatMap(({ path, query: { name } }) =>
    typeof name !== 'string' || used.has(name)
      ? []
      : [
          {
            path: [...path, 'name'],
            message: `What the query "${name}" finds is never shown: no formula uses it.`,
            hint: `Add a formula ${name}, or leave the query out.`,
          },
        ],
  );
}
