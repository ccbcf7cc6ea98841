import type { Series } from '../../../language/query/syntax.ts';
import {
  modifiersOfGauge,
  unknownCheck,
  unknownCheckTag,
  unknownMetric,
} from '../../known/known-violations.ts';
import type { Path, Violation } from '../../rule.ts';
import type { DashboardRule, DashboardView } from '../dashboard-view.ts';

/** Rules about the metrics and service checks of Datadog's integrations in widgets. */
export const KNOWN_WIDGET_METRIC_RULES: readonly DashboardRule[] = [
  {
    code: 'unknown_metric',
    severity: 'warning',
    summary: "A widget names a metric that is almost one of Datadog's integrations.",
    bad: `title: Checkout
layout_type: ordered
widgets:
  - definition:
      type: timeseries
      requests:
        - q: avg:⟦docker.mem.caceh⟧{*} by {host}
`,
    good: `title: Checkout
layout_type: ordered
widgets:
  - definition:
      type: timeseries
      requests:
        - q: avg:docker.mem.cache{*} by {host}
`,
    check: ({ queries }) => inSeries(queries, unknownMetric),
  },
  {
    code: 'as_count_on_gauge',
    severity: 'warning',
    summary: 'A widget converts a gauge to a count or a rate.',
    bad: `title: Checkout
layout_type: ordered
widgets:
  - definition:
      type: timeseries
      requests:
        - q: sum:kubernetes.containers.running{*}.⟦as_count⟧()
`,
    good: `title: Checkout
layout_type: ordered
widgets:
  - definition:
      type: timeseries
      requests:
        - q: sum:kubernetes.containers.running{*}
`,
    check: ({ queries }) => inSeries(queries, modifiersOfGauge),
  },
  {
    code: 'unknown_check',
    severity: 'warning',
    summary: "A widget names a service check that is almost one of Datadog's integrations.",
    bad: `title: Checkout
layout_type: ordered
widgets:
  - definition:
      type: check_status
      check: ⟦postgres.can_conect⟧
      grouping: cluster
`,
    good: `title: Checkout
layout_type: ordered
widgets:
  - definition:
      type: check_status
      check: postgres.can_connect
      grouping: cluster
`,
    *check(view) {
      for (const { path, check } of checksOf(view))
        yield* unknownCheck([...path, 'check'], { from: 0, to: check.length }, check);
    },
  },
  {
    code: 'unknown_check_tag',
    severity: 'warning',
    summary: 'A widget filters or groups a service check by a tag that it does not report.',
    bad: `title: Checkout
layout_type: ordered
widgets:
  - definition:
      type: check_status
      check: postgres.can_connect
      grouping: cluster
      group_by:
        - ⟦ports⟧
`,
    good: `title: Checkout
layout_type: ordered
widgets:
  - definition:
      type: check_status
      check: postgres.can_connect
      grouping: cluster
      group_by:
        - port
`,
    *check(view) {
      for (const { path, check, definition } of checksOf(view)) {
        for (const name of ['group_by', 'tags']) {
          const tags = definition[name];
          if (!Array.isArray(tags)) continue;
          for (const [at, tag] of tags.entries()) {
            if (typeof tag !== 'string') continue;
            const key = tag.split(':')[0] ?? '';
            yield* unknownCheckTag([...path, name, at], { from: 0, to: key.length }, check, key);
          }
        }
      }
    },
  },
];

function* inSeries(
  queries: DashboardView['queries'],
  check: (path: Path, at: number, series: Series) => Violation[],
): Iterable<Violation> {
  for (const { path, source, expressions } of queries) {
    if (source === 'cloud_cost') continue;
    for (const { at, parts } of expressions)
      for (const part of parts) if (part.kind === 'series') yield* check(path, at, part);
  }
}

/** Returns the widgets that show a service check. */
function* checksOf({ definitions }: DashboardView) {
  for (const { path, definition, type } of definitions) {
    const { check } = definition;
    if (type === 'check_status' && typeof check === 'string') yield { path, definition, check };
  }
}
