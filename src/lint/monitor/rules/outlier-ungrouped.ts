import { partsIn } from '../../../language/query/walk-query.ts';
import { callsOf } from '../algorithms.ts';
import type { MonitorRule } from '../monitor-view.ts';

export const outlierUngrouped: MonitorRule = {
  code: 'outlier_ungrouped',
  severity: 'error',
  summary: 'An outlier is looked for among one group alone.',
  bad: `type: query alert
query: avg(last_30m):⟦outliers⟧(avg:system.load.1{*}, 'dbscan', 3) > 0
`,
  good: `type: query alert
query: avg(last_30m):outliers(avg:system.load.1{*} by {host}, 'dbscan', 3) > 0
`,
  check: (view) =>
    callsOf(view, 'outliers')
      .values()
      .filter(({ args: [data] }) => {
        const series = data ? partsIn(data).filter((part) => part.kind === 'series') : [];
        return series.length > 0 && series.every(({ groupBy }) => groupBy === undefined);
      })
      .map(({ name }) => ({
        path: ['query'],
        span: name.span,
        message: 'The monitor can never alert: without groups there is nothing that one could differ from.',
        hint: 'Group the metric, as in by {host}.',
      })),
};
