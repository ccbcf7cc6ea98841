import type { DashboardRule } from '../dashboard-view.ts';
import { sentenceOf } from './widget-query-syntax.ts';

export const formulaSyntax: DashboardRule = {
  code: 'formula_syntax',
  severity: 'warning',
  summary: 'A formula of a widget cannot be read.',
  bad: `title: Checkout
layout_type: ordered
widgets:
  - definition:
      type: timeseries
      requests:
        - response_format: timeseries
          queries: [{ data_source: metrics, name: load, query: "avg:system.load.1{*}" }]
          formulas: [{ formula: abs⟦(⟧load }]
`,
  good: `title: Checkout
layout_type: ordered
widgets:
  - definition:
      type: timeseries
      requests:
        - response_format: timeseries
          queries: [{ data_source: metrics, name: load, query: "avg:system.load.1{*}" }]
          formulas: [{ formula: abs(load) }]
`,
  check: ({ formulas }) =>
    formulas
      .values()
      .flatMap(({ path, read }) =>
        read.faults.map((fault) => ({ path, span: fault.span, message: sentenceOf(fault) })),
      ),
};
