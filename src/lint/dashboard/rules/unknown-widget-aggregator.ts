import { meantWord } from '../../meant-word.ts';
import type { Hit } from '../../rule.ts';
import type { DashboardRule } from '../dashboard-view.ts';
import type { WidgetQuery } from '../widget-requests.ts';

/** Datadog's pages metrics/types and metrics/distributions, and what shipped dashboards hold. */
const AGGREGATORS = ['avg', 'sum', 'min', 'max', 'count', 'last', 'stddev', 'histogram', 'percentile'];
/** Any percentile, and `count(v: v<=5)` of a distribution. */
const OF_DISTRIBUTION = /^(?:p\d{1,3}(?:\.\d+)?|count\(.*\))$/;

export const unknownWidgetAggregator: DashboardRule = {
  code: 'unknown_widget_aggregator',
  severity: 'warning',
  summary: 'A query of a widget aggregates in a way that Datadog does not document.',
  bad: `title: Checkout
layout_type: ordered
widgets:
  - definition:
      type: timeseries
      requests:
        - q: ⟦agv⟧:system.load.1{*}
`,
  good: `title: Checkout
layout_type: ordered
widgets:
  - definition:
      type: timeseries
      requests:
        - q: avg:system.load.1{*}
`,
  *check({ queries }) {
    for (const query of queries) yield* unknownIn(query);
  },
};

function* unknownIn({ path, expressions }: WidgetQuery): Iterable<Hit> {
  for (const { at, parts } of expressions) {
    for (const node of parts) {
      if (node.kind !== 'series' || !node.aggregator) continue;
      const { text, span } = node.aggregator;
      if (AGGREGATORS.includes(text) || OF_DISTRIBUTION.test(text)) continue;
      const place = { from: at + span.from, to: at + span.to };
      const meant = meantWord(text, AGGREGATORS);
      yield {
        path,
        span: place,
        message: `The widget shows an error instead of data: Datadog cannot aggregate by "${text}".`,
        hint: meant === undefined ? `Known are ${AGGREGATORS.join(', ')}.` : `Did you mean ${meant}?`,
        ...(meant === undefined
          ? {}
          : { fix: { title: `Write ${meant}`, edits: [{ path, span: place, text: meant }] } }),
      };
    }
  }
}
