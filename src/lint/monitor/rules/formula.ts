import { isObject, type Json, type JsonObject } from '../../../domain/json.ts';
import { parseMetricQuery } from '../../../language/query/parse-query.ts';
import { namesIn } from '../../formula-names.ts';
import { didYouMean } from '../../meant-word.ts';
import type { MonitorRule, PlacedVariable } from '../monitor-view.ts';
import { sentenceOf } from './query-syntax.ts';
import { EVENT_SOURCES, METRIC_SOURCES, OTHER_SOURCES } from '../variable-sources.ts';
import type { Hit, Path } from '../../rule.ts';

const KNOWN: readonly string[] = [...EVENT_SOURCES, ...METRIC_SOURCES, ...OTHER_SOURCES];

/** Searches in a formula of CI monitors: docs, monitors/types/ci. */
const MOST = 2;

const TYPES: ReadonlySet<string> = new Set(['ci-pipelines alert', 'ci-tests alert']);

/** Formulas and the queries that they name. */
export const FORMULA_RULES: readonly MonitorRule[] = [
  {
    code: 'formula_unreadable',
    severity: 'error',
    summary: 'A formula cannot be read.',
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
          ...sentenceOf(fault),
        };
      }),
  },
  {
    code: 'formula_variable_undeclared',
    severity: 'error',
    summary: 'A formula has a name in it that no variable has.',
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
      return namesIn(formula.expression)
        .filter(({ text }) => !names.has(text))
        .map(({ text, span }) => {
          const place = { from: formula.from + span.from, to: formula.from + span.to };
          return {
            path: ['query'],
            span: place,
            message: `Datadog refuses the query: options.variables has no "${text}".`,
            ...didYouMean(text, names, (meant) => ({ path: ['query'], span: place, text: meant })),
          };
        });
    },
  },
  {
    code: 'formula_variable_unused',
    severity: 'warning',
    summary: 'A variable is declared that the formula does not use.',
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
      const used = new Set(formula ? namesIn(formula.expression).map(({ text }) => text) : []);
      return variables.values().flatMap(({ path, variable: { name } }) =>
        typeof name !== 'string' || used.has(name)
          ? []
          : [
              {
                path: [...path, 'name'],
                message: `What "${name}" finds is looked at by nothing: ${formula ? 'the formula does not use it' : 'the query is no formula'}.`,
                hint: formula ? `Use ${name} in the formula, or leave it out.` : 'Leave the variables out.',
              },
            ],
      );
    },
  },
  {
    code: 'formula_variable_twice',
    severity: 'error',
    summary: 'Two variables of a formula have one name.',
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
            message: `The formula cannot tell the variables named "${name}" apart: Datadog refuses them, or one counts for both.`,
            hint: 'Give each variable its own name.',
          },
        ];
      });
    },
  },
  {
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
  },
  {
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
  },
  {
    code: 'variable_query_syntax',
    severity: 'error',
    summary: 'The query of a variable cannot be read.',
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
          ...faultsOf(path, variable),
          ...faultsOf([...path, 'base_query'], variable['base_query']),
        ]),
  },
  {
    code: 'too_many_searches',
    severity: 'warning',
    summary: 'A formula over builds or tests joins more searches than Datadog documents.',
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
      const more = TYPES.has(type) ? variables[MOST] : undefined;
      if (more === undefined) return [];
      return [
        {
          path: more.path,
          message: `Datadog may refuse the formula: it joins ${variables.length} searches, and a ${type} can join ${MOST}.`,
          hint: 'Put searches together with OR.',
        },
      ];
    },
  },
];

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

function faultsOf(path: Path, variable: Json | undefined): Hit[] {
  if (!isObject(variable)) return [];
  const { data_source: source, query } = variable;
  if (typeof query !== 'string' || typeof source !== 'string' || !METRIC_SOURCES.has(source)) return [];
  return parseMetricQuery(query).faults.map((fault) => ({
    path: [...path, 'query'],
    span: fault.span,
    ...sentenceOf(fault),
  }));
}
