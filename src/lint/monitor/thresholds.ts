import { type Json, type JsonObject, toNumber } from '../../domain/json.ts';
import type { Comparison, Query } from '../../language/query/syntax.ts';

/** A threshold as a number; a text that is one counts. Undefined where there is none. */
export function thresholdOf(thresholds: JsonObject, name: string): number | undefined {
  const value: Json | undefined = thresholds[name];
  if (typeof value !== 'string') return toNumber(value);
  const number = Number(value);
  return value.trim() === '' || Number.isNaN(number) ? undefined : number;
}

/** What a query compares with, where it does. */
export function comparisonOf(query: Query): Comparison | undefined {
  return query.kind === 'metric' || query.kind === 'chain' ? query.comparison : undefined;
}
