import { type AlgorithmForm, algorithmFaults, callsOf } from '../algorithms.ts';
import type { MonitorRule } from '../monitor-view.ts';

/** Docs, monitors/types/outlier; the share of outlying points belongs to the MAD algorithms. */
const OUTLIERS: AlgorithmForm = {
  name: 'outliers',
  algorithms: ['DBSCAN', 'scaledDBSCAN', 'MAD', 'scaledMAD'],
  numbers: [1, 2, 0],
  example: "outliers(avg:system.load.1{*} by {host}, 'DBSCAN', 3)",
  settings: new Map(),
};

export const outlierArguments: MonitorRule = {
  code: 'outlier_arguments',
  severity: 'error',
  summary: 'Outliers are looked for in a way that there is not.',
  bad: `type: query alert
query: avg(last_30m):outliers(avg:system.load.1{*} by {host}, ⟦'dbscn'⟧, 3) > 0
`,
  good: `type: query alert
query: avg(last_30m):outliers(avg:system.load.1{*} by {host}, 'dbscan', 3) > 0
`,
  check: (view) =>
    callsOf(view, 'outliers')
      .values()
      .flatMap((call) => algorithmFaults(call, OUTLIERS)),
};
