import type { JsonObject } from '../../domain/json.ts';
import type { Comparison, Query } from '../../language/query/syntax.ts';
import { numericOf } from './option-values.ts';

/** Thresholds that are numbers: Datadog API v1, MonitorThresholds. */
export const NUMERIC_THRESHOLDS: readonly string[] = [
  'critical',
  'warning',
  'critical_recovery',
  'warning_recovery',
  'ok',
  'unknown',
];

/** Returns a threshold as a number, or undefined. Numeric strings count. */
export function thresholdOf(thresholds: JsonObject, name: string): number | undefined {
  return numericOf(thresholds[name]);
}

/** Returns the comparison of a query, if it has one. */
export function comparisonOf(query: Query): Comparison | undefined {
  return query.kind === 'metric' || query.kind === 'chain' ? query.comparison : undefined;
}
