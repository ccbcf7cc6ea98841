import type { Query } from '../../../language/query/syntax.ts';
import type { MonitorRule } from '../monitor-view.ts';
import { comparisonOf } from '../thresholds.ts';

interface Usual {
  readonly holds: (query: Query, type: string) => boolean;
  readonly operators: readonly string[];
  /** Why the others say nothing. */
  readonly because: string;
}

const ABOVE = ['>', '>='];
const SIDES = ['>', '>=', '<', '<='];

/** Operators by what is compared: docs, monitors/types. */
const USUAL: readonly Usual[] = [
  {
    holds: calls('anomalies'),
    operators: ABOVE,
    because: 'anomalies are a share of points, which alerts when it is high',
  },
  { holds: calls('outliers'), operators: ['>'], because: 'an outlier is told by more than 0' },
  {
    holds: (query, type) => calls('forecast')(query, type) && aggregates(query, 'max'),
    operators: ABOVE,
    because: 'the highest point of a forecast is compared with what it rises above',
  },
  {
    holds: (query, type) => calls('forecast')(query, type) && aggregates(query, 'min'),
    operators: ['<', '<='],
    because: 'the lowest point of a forecast is compared with what it falls below',
  },
  {
    holds: (query) => aggregates(query, 'change') || aggregates(query, 'pct_change'),
    operators: SIDES,
    because: 'a change is hardly ever exactly so',
  },
  {
    holds: ofType('slo alert'),
    operators: ABOVE,
    because: 'what is used up of an error budget alerts when it is high',
  },
  { holds: ofType('error-tracking alert'), operators: ABOVE, because: 'errors alert when they are many' },
  { holds: ofType('rum alert'), operators: SIDES, because: 'a count of events is hardly ever exactly so' },
  {
    holds: ofType('trace-analytics alert'),
    operators: SIDES,
    because: 'a count of events is hardly ever exactly so',
  },
];

export const comparatorUnusual: MonitorRule = {
  code: 'comparator_unusual',
  severity: 'warning',
  summary: 'The comparison is one that Datadog does not offer for this.',
  bad: `type: slo alert
query: error_budget("8f0b1d6f2c4e5a7b9c0d1e2f3a4b5c6d").over("7d") ⟦<⟧ 75
`,
  good: `type: slo alert
query: error_budget("8f0b1d6f2c4e5a7b9c0d1e2f3a4b5c6d").over("7d") > 75
`,
  check: ({ type, parsed: { query, faults } }) => {
    const comparison = comparisonOf(query);
    if (comparison === undefined || faults.length > 0) return [];
    const { text, span } = comparison.operator;
    return USUAL.filter(({ holds, operators }) => !operators.includes(text) && holds(query, type))
      .slice(0, 1)
      .map(({ operators, because }) => ({
        path: ['query'],
        span,
        message: `Datadog may refuse the query, or it alerts when all is well: ${because}.`,
        hint: `Write ${operators.join(' or ')}.`,
      }));
  },
};

/** The whole expression of a metric query is given to one function. */
function calls(name: string): Usual['holds'] {
  return (query) =>
    query.kind === 'metric' && query.expression.kind === 'call' && query.expression.name.text === name;
}

function aggregates(query: Query, name: string): boolean {
  return query.kind === 'metric' && query.evaluation.name.text === name;
}

function ofType(type: string): Usual['holds'] {
  return (_, given) => given === type;
}
