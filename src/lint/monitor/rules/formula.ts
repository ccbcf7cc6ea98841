import { isObject, type Json, type JsonObject } from '../../../domain/json.ts';
import { parseMetricQuery } from '../../../language/query/parse-query.ts';
import { queryNamesIn } from '../../formula-names.ts';
import { didYouMean } from '../../nearest.ts';
import type { MonitorRule, DeclaredVariable } from '../monitor-view.ts';
import { syntaxMessage } from './query-syntax.ts';
import type { Violation, Path } from '../../rule.ts';

/** Searchable data sources: Datadog API v1, MonitorFormulaAndFunctionEventsDataSource, and those in newer monitors. */
const EVENT_SOURCES: ReadonlySet<string> = new Set(
  [
    'logs rum ci_pipelines ci_tests audit events spans database_queries network network_path',
    'llm_observability error_tracking security_signals apm_resource_stats',
  ].flatMap((line) => line.split(' ')),
);

/** Data sources with metric queries: Datadog API v1, MonitorFormulaAndFunctionCostDataSource and similar. */
const METRIC_SOURCES: ReadonlySet<string> = new Set(['metrics', 'cloud_cost', 'datadog_usage']);

/** Data sources with a separate query language: Datadog API v1, MonitorFormulaAndFunctionDataQualityDataSource and similar. */
const OTHER_SOURCES: ReadonlySet<string> = new Set([
  'data_quality_metrics',
  'aggregate_augmented_query',
  'aggregate_filtered_query',
  'reference_table',
]);

const KNOWN_SOURCES: readonly string[] = [...EVENT_SOURCES, ...METRIC_SOURCES, ...OTHER_SOURCES];

/** The maximum number of searches in a formula of a CI monitor: Datadog docs, monitors/types/ci. */
const MAX_SEARCHES = 2;

const CI_TYPES: ReadonlySet<string> = new Set(['ci-pipelines alert', 'ci-tests alert']);

/** Rules about formulas and the variables that they use. */
export const FORMULA_RULES: readonly MonitorRule[] = [
  {
    code: 'formula_unreadable',
    severity: 'error',
    summary: 'Syntax error in a formula.',
    bad: `type: rum alert
query: formula("errors ⟦/⟧ / views").last("15m") >= 0.8
options:
  variables:
    - {data_source: rum, name: errors, compute: {aggregation: count}, search: {query: "status:error"}}
    - {data_source: rum, name: views, compute: {aggregation: count}, search: {query: ""}}
`,
    good: `type: rum alert
query: formula("errors / views").last("15m") >= 0.8
options:
  variables:
    - {data_source: rum, name: errors, compute: {aggregation: count}, search: {query: "status:error"}}
    - {data_source: rum, name: views, compute: {aggregation: count}, search: {query: ""}}
`,
    check: ({ formula }) =>
      (formula?.faults ?? []).map((fault) => {
        const from = formula?.from ?? 0;
        return {
          path: ['query'],
          span: { from: from + fault.span.from, to: from + fault.span.to },
          ...syntaxMessage(fault),
        };
      }),
  },
  {
    code: 'formula_variable_undeclared',
    severity: 'error',
    summary: 'A formula uses a variable that is not declared.',
    bad: `type: rum alert
query: formula("⟦erors⟧ / views + errors").last("15m") >= 0.8
options:
  variables:
    - {data_source: rum, name: errors, compute: {aggregation: count}, search: {query: "status:error"}}
    - {data_source: rum, name: views, compute: {aggregation: count}, search: {query: ""}}
`,
    good: `type: rum alert
query: formula("errors / views").last("15m") >= 0.8
options:
  variables:
    - {data_source: rum, name: errors, compute: {aggregation: count}, search: {query: "status:error"}}
    - {data_source: rum, name: views, compute: {aggregation: count}, search: {query: ""}}
`,
    check: ({ wholeOptions, formula, variables }) => {
      if (!wholeOptions || formula === undefined || formula.faults.length > 0) return [];
      const names = new Set(
        variables.flatMap(({ variable: { name } }) => (typeof name === 'string' ? [name] : [])),
      );
      return queryNamesIn(formula.expression)
        .filter(({ text }) => !names.has(text))
        .map(({ text, span }) => {
          const place = { from: formula.from + span.from, to: formula.from + span.to };
          return {
            path: ['query'],
            span: place,
            message: `Datadog rejects the query: "${text}" is not declared in options.variables.`,
            ...didYouMean(text, names, (meant) => ({ path: ['query'], span: place, text: meant })),
          };
        });
    },
  },
  {
    code: 'formula_variable_unused',
    severity: 'warning',
    summary: 'A declared variable is not used in the formula.',
    bad: `type: rum alert
query: formula("100 * errors").last("15m") >= 0.8
options:
  variables:
    - {data_source: rum, name: errors, compute: {aggregation: count}, search: {query: "status:error"}}
    - {data_source: rum, name: ⟦views⟧, compute: {aggregation: count}, search: {query: ""}}
`,
    good: `type: rum alert
query: formula("errors / views").last("15m") >= 0.8
options:
  variables:
    - {data_source: rum, name: errors, compute: {aggregation: count}, search: {query: "status:error"}}
    - {data_source: rum, name: views, compute: {aggregation: count}, search: {query: ""}}
`,
    check: ({ wholeOptions, formula, variables, parsed: { query, faults } }) => {
      if (!wholeOptions || query.kind === 'opaque' || faults.length > 0 || (formula?.faults.length ?? 0) > 0)
        return [];
      const used = new Set(formula ? queryNamesIn(formula.expression).map(({ text }) => text) : []);
      return variables.values().flatMap(({ path, variable: { name } }) =>
        typeof name !== 'string' || used.has(name)
          ? []
          : [
              {
                path: [...path, 'name'],
                message: `The variable "${name}" is unused: ${formula ? 'the formula does not reference it' : 'the query is not a formula'}.`,
                hint: formula ? `Use ${name} in the formula, or remove it.` : 'Remove the variables.',
              },
            ],
      );
    },
  },
  {
    code: 'formula_variable_twice',
    severity: 'error',
    summary: 'Two variables of a formula have the same name.',
    bad: `type: rum alert
query: formula("errors / errors").last("15m") >= 0.8
options:
  variables:
    - {data_source: rum, name: errors, compute: {aggregation: count}, search: {query: "status:error"}}
    - {data_source: rum, name: ⟦errors⟧, compute: {aggregation: count}, search: {query: ""}}
`,
    good: `type: rum alert
query: formula("errors / views").last("15m") >= 0.8
options:
  variables:
    - {data_source: rum, name: errors, compute: {aggregation: count}, search: {query: "status:error"}}
    - {data_source: rum, name: views, compute: {aggregation: count}, search: {query: ""}}
`,
    check: ({ variables }) => {
      const seen = new Set<unknown>();
      return variables.values().flatMap(({ path, variable: { name } }) => {
        if (typeof name !== 'string' || seen.size !== seen.add(name).size) return [];
        return [
          {
            path: [...path, 'name'],
            message: `Duplicate variable name "${name}": Datadog rejects the monitor or uses one variable for both.`,
            hint: 'Give each variable a unique name.',
          },
        ];
      });
    },
  },
  {
    code: 'variable_source',
    severity: 'warning',
    summary: 'A variable has an unknown data source.',
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
        if (typeof source !== 'string' || KNOWN_SOURCES.includes(source)) return [];
        const place = [...path, 'data_source'];
        return [
          {
            path: place,
            message: `"${source}" is not a known data source. Datadog rejects it unless it is newer than this version of Birddog.`,
            ...didYouMean(source, KNOWN_SOURCES, (meant) => ({ path: place, value: meant })),
          },
        ];
      }),
  },
  {
    code: 'variable_incomplete',
    severity: 'error',
    summary: 'A variable lacks a required field.',
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
      variables.values().flatMap((placed) => [...missingFields(placed), ...aggregationViolations(placed)]),
  },
  {
    code: 'variable_query_syntax',
    severity: 'error',
    summary: 'Syntax error in the query of a variable.',
    bad: `type: cost alert
query: formula("cost").last("7d") > 100
options:
  variables:
    - {data_source: cloud_cost, name: cost, aggregator: sum, query: "sum:aws.cost.amortized⟦{⟧service:ec2"}
`,
    good: `type: cost alert
query: formula("cost").last("7d") > 100
options:
  variables:
    - {data_source: cloud_cost, name: cost, aggregator: sum, query: "sum:aws.cost.amortized{service:ec2}"}
`,
    check: ({ variables }) =>
      variables
        .values()
        .flatMap(({ path, variable }) => [
          ...syntaxViolations(path, variable),
          ...syntaxViolations([...path, 'base_query'], variable['base_query']),
        ]),
  },
  {
    code: 'too_many_searches',
    severity: 'warning',
    summary: 'A formula of a CI monitor uses more searches than Datadog documents.',
    bad: `type: ci-tests alert
query: formula("a + b + c").last("15m") > 1
options:
  variables:
    - {data_source: ci_tests, name: a, compute: {aggregation: count}, search: {query: "@test.status:fail"}}
    - {data_source: ci_tests, name: b, compute: {aggregation: count}, search: {query: "@test.status:skip"}}
    - ⟦{data_source: ci_tests, name: c, compute: {aggregation: count}, search: {query: "@test.status:error"}}⟧
`,
    good: `type: ci-tests alert
query: formula("a + b").last("15m") > 1
options:
  variables:
    - {data_source: ci_tests, name: a, compute: {aggregation: count}, search: {query: "@test.status:fail"}}
    - {data_source: ci_tests, name: b, compute: {aggregation: count}, search: {query: "@test.status:skip OR @test.status:error"}}
`,
    check: ({ type, variables }) => {
      const excess = CI_TYPES.has(type) ? variables[MAX_SEARCHES] : undefined;
      if (excess === undefined) return [];
      return [
        {
          path: excess.path,
          message: `Datadog may reject the formula: it uses ${variables.length} searches, and the maximum for type ${type} is ${MAX_SEARCHES}.`,
          hint: 'Combine searches with OR.',
        },
      ];
    },
  },
];

/** Returns the required fields of a variable: Datadog API v1, MonitorFormulaAndFunctionQueryDefinition. */
function requiredFieldsOf({ data_source: source, jobs_query: jobs }: JsonObject): readonly string[] {
  if (jobs !== undefined) return ['name', 'jobs_query', 'job_type', 'query_dialect'];
  if (source === 'data_quality_metrics') return ['name', 'measure', 'filter'];
  if (source === 'aggregate_augmented_query' || source === 'aggregate_filtered_query')
    return ['name', 'base_query'];
  if (typeof source !== 'string') return ['name', 'data_source'];
  if (METRIC_SOURCES.has(source)) return ['name', 'query'];
  return EVENT_SOURCES.has(source) ? ['name', 'compute', 'search'] : ['name'];
}

function hintFor(field: string): { hint?: string } {
  if (field === 'compute') return { hint: 'Add compute: {aggregation: count}.' };
  return field === 'search' ? { hint: 'Add search: {query: "*"}.' } : {};
}

function missingFields({ path, variable }: DeclaredVariable): Violation[] {
  return requiredFieldsOf(variable)
    .filter((field) => variable[field] == null)
    .map((field) => ({
      path,
      message: `Datadog rejects the monitor: ${field} is required in this variable.`,
      ...hintFor(field),
    }));
}

/** Reports an aggregation without the field to aggregate. Only a count needs no field. */
function aggregationViolations({
  path,
  variable: { compute, data_source: source },
}: DeclaredVariable): Violation[] {
  if (!isObject(compute) || typeof source !== 'string' || !EVENT_SOURCES.has(source)) return [];
  const { aggregation, metric } = compute;
  const isSet = (value: Json | undefined): value is string => typeof value === 'string' && value !== '';
  if (isSet(aggregation) && (aggregation === 'count' || isSet(metric))) return [];
  const required = isSet(aggregation)
    ? `metric is required for aggregation ${aggregation}`
    : 'aggregation is required';
  return [
    {
      path: [...path, 'compute'],
      message: `Datadog rejects the monitor: ${required}.`,
      hint: isSet(aggregation)
        ? 'Add metric: the field to aggregate, for example "@duration".'
        : 'Add aggregation: count.',
    },
  ];
}

function syntaxViolations(path: Path, variable: Json | undefined): Violation[] {
  if (!isObject(variable)) return [];
  const { data_source: source, query } = variable;
  if (typeof query !== 'string' || typeof source !== 'string' || !METRIC_SOURCES.has(source)) return [];
  return parseMetricQuery(query).faults.map((fault) => ({
    path: [...path, 'query'],
    span: fault.span,
    ...syntaxMessage(fault),
  }));
}
