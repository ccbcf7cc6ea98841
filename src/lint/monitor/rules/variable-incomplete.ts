import { isObject, type Json, type JsonObject } from '../../../domain/json.ts';
import type { Hit } from '../../rule.ts';
import type { MonitorRule, PlacedVariable } from '../monitor-view.ts';
import { EVENT_SOURCES, METRIC_SOURCES } from '../variable-sources.ts';

/** Members that a variable of each kind needs: spec v1, MonitorFormulaAndFunctionQueryDefinition. */
function neededBy({ data_source: source, jobs_query: jobs }: JsonObject): readonly string[] {
  if (jobs !== undefined) return ['name', 'jobs_query', 'job_type', 'query_dialect'];
  if (source === 'data_quality_metrics') return ['name', 'measure', 'filter'];
  if (source === 'aggregate_augmented_query' || source === 'aggregate_filtered_query')
    return ['name', 'base_query'];
  if (typeof source !== 'string') return ['name', 'data_source'];
  if (METRIC_SOURCES.has(source)) return ['name', 'query'];
  return EVENT_SOURCES.has(source) ? ['name', 'compute'] : ['name'];
}

export const variableIncomplete: MonitorRule = {
  code: 'variable_incomplete',
  severity: 'error',
  summary: 'A variable lacks a member that Datadog asks for.',
  bad: `type: rum alert
query: formula("errors").last("15m") >= 1
options:
  variables:
    - ⟦{data_source: rum, name: errors, search: {query: "status:error"}}⟧
`,
  good: `type: rum alert
query: formula("errors").last("15m") >= 1
options:
  variables:
    - {data_source: rum, name: errors, compute: {aggregation: count}, search: {query: "status:error"}}
`,
  check: ({ variables }) =>
    variables.values().flatMap((placed) => [...lacking(placed), ...uncounted(placed)]),
};

function lacking({ path, variable }: PlacedVariable): Hit[] {
  return neededBy(variable)
    .filter((member) => variable[member] == null)
    .map((member) => ({
      path,
      message: `Datadog refuses the monitor: ${member} is missing in this variable.`,
      ...(member === 'compute' ? { hint: 'Add compute: {aggregation: count}.' } : {}),
    }));
}

/** A number is taken of a field, and a count of none. */
function uncounted({ path, variable: { compute, data_source: source } }: PlacedVariable): Hit[] {
  if (!isObject(compute) || typeof source !== 'string' || !EVENT_SOURCES.has(source)) return [];
  const { aggregation, metric } = compute;
  const said = (value: Json | undefined): value is string => typeof value === 'string' && value !== '';
  if (said(aggregation) && (aggregation === 'count' || said(metric))) return [];
  const of = said(aggregation) ? ` of which field the ${aggregation} is taken` : ' how it counts';
  return [
    {
      path: [...path, 'compute'],
      message: `Datadog refuses the monitor: this variable does not say${of}.`,
      hint: said(aggregation) ? 'Add metric: "@duration", or what it is of.' : 'Add aggregation: count.',
    },
  ];
}
