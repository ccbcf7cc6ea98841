import { didYouMean } from '../../meant-word.ts';
import type { MonitorRule } from '../monitor-view.ts';
import { EVENT_SOURCES, METRIC_SOURCES, OTHER_SOURCES } from '../variable-sources.ts';

const KNOWN: readonly string[] = [...EVENT_SOURCES, ...METRIC_SOURCES, ...OTHER_SOURCES];

export const variableSource: MonitorRule = {
  code: 'variable_source',
  severity: 'warning',
  summary: 'Nobody knows the data of a variable.',
  bad: `type: rum alert
query: formula("errors / views").last("15m") >= 0.8
options:
  variables:
    - {data_source: ⟦rumm⟧, name: errors, compute: {aggregation: count}, search: {query: "status:error"}}
    - {data_source: rum, name: views, compute: {aggregation: count}, search: {query: ""}}
`,
  good: `type: rum alert
query: formula("errors / views").last("15m") >= 0.8
options:
  variables:
    - {data_source: rum, name: errors, compute: {aggregation: count}, search: {query: "status:error"}}
    - {data_source: rum, name: views, compute: {aggregation: count}, search: {query: ""}}
`,
  check: ({ variables }) =>
    variables.values().flatMap(({ path, variable: { data_source: source } }) => {
      if (typeof source !== 'string' || KNOWN.includes(source)) return [];
      const place = [...path, 'data_source'];
      return [
        {
          path: place,
          message: `Datadog refuses the data source "${source}" unless it is newer than this version.`,
          ...didYouMean(source, KNOWN, (meant) => ({ path: place, value: meant })),
        },
      ];
    }),
};
