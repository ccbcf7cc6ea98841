import type { Call, Query } from '../../../language/query/syntax.ts';
import type { Hit } from '../../rule.ts';
import type { MonitorRule, MonitorView } from '../monitor-view.ts';
import { comparisonOf, thresholdOf } from '../thresholds.ts';

interface Range {
  readonly holds: (query: Query) => boolean;
  readonly least: number;
  readonly most: number;
  /** What the number counts, and so what becomes of one beyond the range. */
  readonly meaning: string;
  readonly hint: string;
}

/** What the numbers mean where they are no plain values: docs, monitors/types. */
const RANGES: readonly Range[] = [
  {
    holds: (query) => outermost(query)?.name.text === 'anomalies',
    least: 0,
    most: 1,
    meaning: 'An anomaly is a share of the points of the window, from 0 to 1',
    hint: 'Write 1 for all of them, 0.5 for half.',
  },
  {
    holds: (query) => outermost(query)?.name.text === 'outliers',
    least: 0,
    most: 0,
    meaning: 'An outlier is told by more than 0',
    hint: 'Write > 0 in the query, and 0 as the critical threshold.',
  },
  {
    holds: (query) => query.kind === 'chain' && query.head.name.text === 'error_budget',
    least: 0,
    most: 100,
    meaning: 'An error budget is counted in percent consumed, from 0 to 100',
    hint: 'Write 75 for three quarters of it.',
  },
  {
    holds: (query) =>
      query.kind === 'check' && query.methods.some(({ name }) => name.text === 'pct_by_status'),
    least: 0,
    most: 100,
    meaning: 'The checks are counted in percent of their group, from 0 to 100',
    hint: 'Write 50 for half of them.',
  },
];

export const thresholdOutOfRange: MonitorRule = {
  code: 'threshold_out_of_range',
  severity: 'warning',
  summary: 'A threshold lies where no value can get.',
  bad: `type: slo alert
query: error_budget("8f0b1d6f2c4e5a7b9c0d1e2f3a4b5c6d").over("7d") > 120
options:
  thresholds: {critical: ⟦120⟧}
`,
  good: `type: slo alert
query: error_budget("8f0b1d6f2c4e5a7b9c0d1e2f3a4b5c6d").over("7d") > 75
options:
  thresholds: {critical: 75}
`,
  check: (view) => {
    if (view.parsed.faults.length > 0) return [];
    const range = RANGES.find(({ holds }) => holds(view.parsed.query));
    return range === undefined ? [] : beyond(range, view);
  },
};

function beyond({ least, most, meaning, hint }: Range, { parsed, thresholds }: MonitorView): Hit[] {
  const message = (value: number) =>
    `${meaning}: ${value} is ${value > most ? 'never reached' : 'always reached'}.`;
  const out = (value: number | undefined): value is number =>
    value !== undefined && (value < least || value > most);
  const hits: Hit[] = ['critical', 'warning'].flatMap((name) => {
    const value = thresholdOf(thresholds, name);
    return out(value) ? [{ path: ['options', 'thresholds', name], message: message(value), hint }] : [];
  });
  const limit = comparisonOf(parsed.query)?.limit;
  if (limit?.kind !== 'number' || thresholds['critical'] != null || !out(Number(limit.text))) return hits;
  return [{ path: ['query'], span: limit.span, message: message(Number(limit.text)), hint }, ...hits];
}

/** The algorithm that the whole expression of a metric query is given to. */
function outermost(query: Query): Call | undefined {
  return query.kind === 'metric' && query.expression.kind === 'call' ? query.expression : undefined;
}
