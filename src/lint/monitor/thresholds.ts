import type { JsonObject } from '../../domain/json.ts';
import type { Comparison, Query } from '../../language/query/syntax.ts';
import { numericOf } from './option-values.ts';

/** Thresholds that are numbers: spec v1, MonitorThresholds. */
export const NUMERIC_THRESHOLDS: readonly string[] = [
  'critical',
  'warning',
  'critical_recovery',
  'warning_recovery',
  'ok',
  'unknown',
];

/** A threshold as a number; a text that is one counts. Undefined where there is none. */
export function thresholdOf(thresholds: JsonObject, name: string): number | undefined {
  return numericOf(thresholds[name]);
}

/** What a query compares with, where it does. */
export function comparisonOf(query: Query): Comparison | undefined {
  return query.kind === 'metric' || query.kind === 'chain' ? query.comparison : undefined;
}
