import { METRIC_METHODS } from '../../metric-methods.ts';
import { nearest } from '../../nearest.ts';
import type { Hit } from '../../rule.ts';
import type { DashboardRule } from '../dashboard-view.ts';
import type { WidgetQuery } from '../widget-requests.ts';

export const unknownWidgetMethod: DashboardRule = {
  code: 'unknown_widget_method',
  severity: 'warning',
  summary: 'A query of a widget calls something on a metric that Datadog does not document.',
  bad: `title: Checkout
layout_type: ordered
widgets:
  - definition:
      type: timeseries
      requests:
        - q: sum:web.errors{*}.⟦as_counts⟧()
`,
  good: `title: Checkout
layout_type: ordered
widgets:
  - definition:
      type: timeseries
      requests:
        - q: sum:web.errors{*}.as_count()
`,
  *check({ queries }) {
    for (const query of queries) yield* unknownIn(query);
  },
};

function* unknownIn({ path, expressions }: WidgetQuery): Iterable<Hit> {
  for (const { at, parts } of expressions) {
    for (const node of parts) {
      if (node.kind !== 'method' || METRIC_METHODS.includes(node.name.text)) continue;
      const { text, span } = node.name;
      const place = { from: at + span.from, to: at + span.to };
      const meant = nearest(text, METRIC_METHODS);
      yield {
        path,
        span: place,
        message: `The widget shows an error instead of data where Datadog has no ${text}(); it documents none.`,
        ...(meant === undefined
          ? { hint: `Known are ${METRIC_METHODS.join(', ')}.` }
          : {
              hint: `Did you mean ${meant}?`,
              fix: { title: `Write ${meant}`, edits: [{ path, span: place, text: meant }] },
            }),
      };
    }
  }
}
