import { isObject, type Json, type JsonObject } from '../../domain/json.ts';
import { type ParsedMessage, parseMessage } from '../../language/message/parse-message.ts';
import { parseQuery } from '../../language/query/parse-query.ts';
import type { Call, Method, Parsed, Series } from '../../language/query/syntax.ts';
import { partsIn } from '../../language/query/walk-query.ts';
import type { Rule } from '../rule.ts';

/** A monitor as rules look at it: its definition, its query and its message read. */
export interface MonitorView {
  readonly monitor: JsonObject;
  /** Whether type and query are there: an update may leave out what shall stay. */
  readonly whole: boolean;
  /** Empty where it is left out. */
  readonly type: string;
  readonly query: string;
  /** An opaque query where it, or the type, is left out. */
  readonly parsed: Parsed;
  /** Every call, series and method of a metric query's expression, from left to right; none in other queries. */
  readonly parts: readonly (Call | Series | Method)[];
  /** The message, read; undefined where there is none. */
  readonly message: ParsedMessage | undefined;
  readonly options: JsonObject;
  readonly thresholds: JsonObject;
}

export type MonitorRule = Rule<MonitorView>;

export function viewMonitor(monitor: JsonObject): MonitorView {
  const type = textAt(monitor['type']);
  const query = textAt(monitor['query']);
  const options = objectAt(monitor['options']);
  const message = monitor['message'];
  const parsed = parseQuery(query === undefined ? '' : (type ?? ''), query ?? '');
  return {
    monitor,
    whole: type !== undefined && query !== undefined,
    type: type ?? '',
    query: query ?? '',
    parsed,
    parts: parsed.query.kind === 'metric' ? partsIn(parsed.query.expression) : [],
    message: typeof message === 'string' ? parseMessage(message) : undefined,
    options,
    thresholds: objectAt(options['thresholds']),
  };
}

function textAt(value: Json | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function objectAt(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {};
}
