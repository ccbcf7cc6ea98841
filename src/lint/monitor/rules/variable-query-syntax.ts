import { isObject, type Json } from '../../../domain/json.ts';
import { parseMetricQuery } from '../../../language/query/parse-query.ts';
import type { Hit, Path } from '../../rule.ts';
import type { MonitorRule } from '../monitor-view.ts';
import { METRIC_SOURCES } from '../variable-sources.ts';
import { sentenceOf } from './query-syntax.ts';

export const variableQuerySyntax: MonitorRule = {
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
};

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
