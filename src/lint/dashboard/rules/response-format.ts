import type { DashboardRule } from '../dashboard-view.ts';

/** The one format that widgets of a type draw: Datadog's OpenAPI document, and every dashboard that is shipped. */
const FORMATS: ReadonlyMap<string, string> = new Map<string, string>([
  ['timeseries', 'timeseries'],
  ['query_value', 'scalar'],
  ['query_table', 'scalar'],
  ['toplist', 'scalar'],
  ['sunburst', 'scalar'],
  ['treemap', 'scalar'],
  ['change', 'scalar'],
  ['bar_chart', 'scalar'],
  ['list_stream', 'event_list'],
]);

export const responseFormat: DashboardRule = {
  code: 'response_format',
  severity: 'warning',
  summary: 'A request asks for an answer that its widget cannot draw.',
  bad: `title: Checkout
layout_type: ordered
widgets:
  - definition:
      type: query_value
      requests:
        - response_format: ⟦timeseries⟧
          queries: [{ data_source: metrics, name: load, query: "avg:system.load.1{*}" }]
          formulas: [{ formula: load }]
`,
  good: `title: Checkout
layout_type: ordered
widgets:
  - definition:
      type: query_value
      requests:
        - response_format: scalar
          queries: [{ data_source: metrics, name: load, query: "avg:system.load.1{*}" }]
          formulas: [{ formula: load }]
`,
  check: ({ requests }) =>
    requests.values().flatMap(({ path, request, type }) => {
      const fit = FORMATS.get(type);
      const asked = request['response_format'];
      if (fit === undefined || asked === fit || (asked === undefined && !Array.isArray(request['queries'])))
        return [];
      const at = [...path, 'response_format'];
      return [
        {
          path: asked === undefined ? [...path, 'queries'] : at,
          message: `The widget shows no data: one of type ${type} draws answers of the format ${fit}${asked === undefined ? ', and this request names none' : ''}.`,
          hint: `Write response_format ${fit}.`,
          fix: { title: `Write response_format ${fit}`, edits: [{ path: at, value: fit }] },
        },
      ];
    }),
};
