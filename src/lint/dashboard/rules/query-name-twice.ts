import type { Hit } from '../../rule.ts';
import type { DashboardRule } from '../dashboard-view.ts';
import type { PlacedRequest } from '../widget-requests.ts';

export const queryNameTwice: DashboardRule = {
  code: 'query_name_twice',
  severity: 'error',
  summary: 'Two queries of a request have one name.',
  bad: `title: Checkout
layout_type: ordered
widgets:
  - definition:
      type: timeseries
      requests:
        - response_format: timeseries
          queries:
            - { data_source: metrics, name: load, query: "avg:system.load.1{*}" }
            - { data_source: metrics, name: ⟦load⟧, query: "avg:system.load.5{*}" }
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
            - { data_source: metrics, name: load1, query: "avg:system.load.1{*}" }
            - { data_source: metrics, name: load5, query: "avg:system.load.5{*}" }
          formulas: [{ formula: load1 }, { formula: load5 }]
`,
  check: ({ requests }) => requests.values().flatMap(twiceIn),
};

function twiceIn({ queries }: PlacedRequest): Hit[] {
  const seen = new Set<string>();
  return queries.flatMap(({ path, query: { name } }) => {
    if (typeof name !== 'string') return [];
    if (!seen.has(name)) {
      seen.add(name);
      return [];
    }
    return [
      {
        path: [...path, 'name'],
        message: `One of the queries named "${name}" is never shown: formulas cannot tell them apart.`,
        hint: 'Give each query of a request its own name.',
      },
    ];
  });
}
