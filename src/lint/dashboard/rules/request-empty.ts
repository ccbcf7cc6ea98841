import type { DashboardRule } from '../dashboard-view.ts';

/** Any of these says what to ask: Datadog's OpenAPI document, `*WidgetRequest`. */
const ASKING = /^(?:q|queries|formulas|query|search|\w+_query|projection|request_type)$/;

export const requestEmpty: DashboardRule = {
  code: 'request_empty',
  severity: 'error',
  summary: 'A request asks for nothing.',
  bad: `title: Checkout
layout_type: ordered
widgets:
  - definition:
      type: distribution
      requests:
        - ⟦style⟧: { palette: dog_classic }
`,
  good: `title: Checkout
layout_type: ordered
widgets:
  - definition:
      type: distribution
      requests:
        - q: avg:system.load.1{*}
          style: { palette: dog_classic }
`,
  // A hostmap with empty requests is taken.
  check: ({ requests }) =>
    requests.values().flatMap(({ path, request, type }) =>
      type === 'hostmap' || Object.keys(request).some((name) => ASKING.test(name))
        ? []
        : [
            {
              path,
              message: 'Datadog refuses the dashboard: this request has no query.',
              hint: 'Give it q, or queries and formulas.',
            },
          ],
    ),
};
