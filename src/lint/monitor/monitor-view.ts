import { isObject, type Json, type JsonObject } from '../../domain/json.ts';
import { parseQuery } from '../../language/query/parse-query.ts';
import type { Parsed } from '../../language/query/syntax.ts';
import type { Rule } from '../rule.ts';
import { type MonitorText, type TextPart, textPartsOf, textsOf } from './monitor-texts.ts';

/** What is known of a monitor beside what it says. */
export interface MonitorSetting {
  /** Whether what it leaves out is left out indeed: an update leaves out what shall stay. */
  readonly whole?: boolean;
  /** Whether it stands in a document, where others can be named by their keys. */
  readonly inDocument?: boolean;
}

/** A monitor as rules look at it: its definition, its query and its texts read. */
export interface MonitorView {
  readonly monitor: JsonObject;
  /** Whether all of it is there: an update may leave out what shall stay. */
  readonly whole: boolean;
  /** Whether all of its options are there. */
  readonly wholeOptions: boolean;
  /** Empty where it is left out. */
  readonly type: string;
  readonly query: string;
  /** An opaque query where it, or the type, is left out. */
  readonly parsed: Parsed;
  /** The message and the other texts that Datadog fills in. */
  readonly texts: readonly MonitorText[];
  /** Their variables, calls, blocks and handles. */
  readonly textParts: readonly TextPart[];
  readonly options: JsonObject;
  readonly thresholds: JsonObject;
}

export type MonitorRule = Rule<MonitorView>;

export function viewMonitor(monitor: JsonObject, setting: MonitorSetting = {}): MonitorView {
  const type = textAt(monitor['type']);
  const query = textAt(monitor['query']);
  const options = objectAt(monitor['options']);
  const whole = setting.whole !== false && type !== undefined && query !== undefined;
  const texts = textsOf(monitor);
  return {
    monitor,
    whole,
    // Options are replaced whole where they are there.
    wholeOptions: whole || isObject(monitor['options']),
    type: type ?? '',
    query: query ?? '',
    parsed: parseQuery(query === undefined ? '' : (type ?? ''), query ?? ''),
    texts,
    textParts: textPartsOf(texts),
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
