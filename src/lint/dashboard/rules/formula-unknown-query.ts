import { didYouMean } from '../../meant-word.ts';
import type { DashboardRule } from '../dashboard-view.ts';

export const formulaUnknownQuery: DashboardRule = {
  code: 'formula_unknown_query',
  severity: 'warning',
  summary: 'A formula names a query that its request does not have.',
  bad: `title: Checkout
layout_type: ordered
widgets:
  - definition:
      type: timeseries
      requests:
        - response_format: timeseries
          queries: [{ data_source: metrics, name: system_load, query: "avg:system.load.1{*}" }]
          formulas: [{ formula: system_load }, { formula: 100 * ⟦system_laod⟧ }]
`,
  good: `title: Checkout
layout_type: ordered
widgets:
  - definition:
      type: timeseries
      requests:
        - response_format: timeseries
          queries: [{ data_source: metrics, name: system_load, query: "avg:system.load.1{*}" }]
          formulas: [{ formula: system_load }, { formula: 100 * system_load }]
`,
  check: ({ formulas }) =>
    formulas.values().flatMap(({ path, request: { names: known }, names }) => {
      // A query may go without a name: what it is then called is not known.
      if (known === undefined) return [];
      return names
        .filter(({ text }) => !known.has(text))
        .map(({ text, span }) => ({
          path,
          span,
          message: `The widget shows an error instead of data: its request has no query "${text}".`,
          ...didYouMean(text, known, (meant) => ({ path, span, text: meant })),
        }));
    }),
};
