import { callsOf, idleSettings } from '../algorithms.ts';
import type { MonitorRule } from '../monitor-view.ts';
import { ANOMALIES } from './anomaly-arguments.ts';
import { FORECAST } from './forecast-arguments.ts';

export const algorithmSettingUnused: MonitorRule = {
  code: 'algorithm_setting_unused',
  severity: 'warning',
  summary: 'An algorithm is told something that it does not listen to.',
  bad: `type: query alert
query: avg(last_4h):anomalies(avg:system.load.1{*}, 'basic', 2, ⟦seasonality⟧='daily') >= 1
`,
  good: `type: query alert
query: avg(last_4h):anomalies(avg:system.load.1{*}, 'agile', 2, seasonality='daily') >= 1
`,
  check: (view) =>
    [ANOMALIES, FORECAST].values().flatMap((form) =>
      callsOf(view, form.name)
        .values()
        .flatMap((call) => idleSettings(call, form)),
    ),
};
