import { isObject } from '../../../domain/json.ts';
import type { DashboardRule } from '../dashboard-view.ts';
import { syntaxMessage } from './widget-query.ts';
import { splitSeries, type PlacedRequest, type WidgetFormula } from '../widget-requests.ts';
import { didYouMean } from '../../nearest.ts';
import type { Violation } from '../../rule.ts';

/** Rules about formulas of widgets and the queries that they use. */
export const WIDGET_FORMULA_RULES: readonly DashboardRule[] = [
  {
    code: 'formula_syntax',
    severity: 'warning',
    summary: 'Syntax error in a formula of a widget.',
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
        .flatMap(({ path, parsed }) =>
          parsed.faults.map((fault) => ({ path, span: fault.span, message: syntaxMessage(fault) })),
        ),
  },
  {
    code: 'formula_unknown_query',
    severity: 'warning',
    summary: 'A formula uses a query that its request does not have.',
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
        // The name of a query without a name is unknown.
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
  },
  {
    code: 'query_name_twice',
    severity: 'error',
    summary: 'Two queries of a request have the same name.',
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
    check: ({ requests }) => requests.values().flatMap(duplicateNames),
  },
  {
    code: 'query_unused',
    severity: 'warning',
    summary: 'A query is not used in any formula of its request.',
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
        const ofRequest = byRequest.get(formula.request);
        if (ofRequest) ofRequest.push(formula);
        else byRequest.set(formula.request, [formula]);
      }
      return byRequest.entries().flatMap(([request, ofRequest]) => unusedQueries(request, ofRequest));
    },
  },
  {
    code: 'alias_without_series',
    severity: 'warning',
    summary: 'An alias refers to an expression that its request does not have.',
    bad: `title: Checkout
layout_type: ordered
widgets:
  - definition:
      type: timeseries
      requests:
        - q: avg:system.load.1{*}
          metadata: [{ expression: ⟦"avg:system.load.5{*}"⟧, alias_name: load }]
`,
    good: `title: Checkout
layout_type: ordered
widgets:
  - definition:
      type: timeseries
      requests:
        - q: avg:system.load.1{*}
          metadata: [{ expression: "avg:system.load.1{*}", alias_name: load }]
`,
    check: ({ requests }) => requests.values().flatMap(unknownAliases),
  },
];

function duplicateNames({ queries }: PlacedRequest): Violation[] {
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
        message: `Duplicate query name "${name}": one of the two queries is never shown.`,
        hint: 'Give each query of a request a unique name.',
      },
    ];
  });
}

function unusedQueries(request: PlacedRequest, formulas: readonly WidgetFormula[]) {
  if (formulas.some(({ parsed }) => parsed.faults.length > 0)) return [];
  const used = new Set(formulas.flatMap(({ names }) => names.map(({ text }) => text)));
  return request.queries.flatMap(({ path, query: { name } }) =>
    typeof name !== 'string' || used.has(name)
      ? []
      : [
          {
            path: [...path, 'name'],
            message: `The query "${name}" is never shown: no formula uses it.`,
            hint: `Add a formula ${name}, or remove the query.`,
          },
        ],
  );
}

function unknownAliases({ path, request: { q, metadata } }: PlacedRequest): Violation[] {
  if (typeof q !== 'string' || !Array.isArray(metadata)) return [];
  const known = new Set([q, ...splitSeries(q).map(({ text }) => text)].map(withoutSpaces));
  return metadata.flatMap((alias, at) => {
    if (!isObject(alias) || typeof alias['expression'] !== 'string' || alias['expression'] === '') return [];
    if (known.has(withoutSpaces(alias['expression']))) return [];
    return [
      {
        path: [...path, 'metadata', at, 'expression'],
        message: 'The alias is never shown: the query has no such expression.',
        hint: 'Copy the expression from q.',
      },
    ];
  });
}

function withoutSpaces(text: string): string {
  return text.replace(/\s+/g, '');
}
