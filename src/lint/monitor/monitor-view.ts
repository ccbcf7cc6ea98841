import { isObject, type Json, type JsonObject } from '../../domain/json.ts';
import { parseMetricQuery, parseQuery } from '../../language/query/parse-query.ts';
import type {
  Call,
  FilterList,
  FilterTag,
  Method,
  Parsed,
  ParsedExpression,
  Query,
  Series,
} from '../../language/query/syntax.ts';
import { partsIn, tagsIn } from '../../language/query/walk-query.ts';
import type { Path, Rule } from '../rule.ts';
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
  /** Those of a metric query's expression, each from left to right; none in other queries. */
  readonly calls: readonly Call[];
  readonly series: readonly Series[];
  readonly methods: readonly Method[];
  /** What the filters of the series hold. */
  readonly tags: readonly (FilterTag | FilterList)[];
  /** What stands in the quotes of `formula("...")`, read; undefined in other queries. */
  readonly formula: ReadFormula | undefined;
  /** What the options say of the names in a formula. */
  readonly variables: readonly PlacedVariable[];
  /** The message and the other texts that Datadog fills in. */
  readonly texts: readonly MonitorText[];
  /** Their variables, calls, blocks and handles. */
  readonly textParts: readonly TextPart[];
  readonly options: JsonObject;
  readonly thresholds: JsonObject;
  readonly thresholdWindows: JsonObject;
}

/** A formula within a query; spans within it count from `from`. */
export interface ReadFormula extends ParsedExpression {
  readonly from: number;
}

/** An item of the option `variables`. */
export interface PlacedVariable {
  readonly path: Path;
  readonly variable: JsonObject;
}

export type MonitorRule = Rule<MonitorView>;

export function viewMonitor(monitor: JsonObject, setting: MonitorSetting = {}): MonitorView {
  const type = textAt(monitor['type']);
  const query = textAt(monitor['query']);
  const options = objectAt(monitor['options']);
  const parsed = parseQuery(query === undefined ? '' : (type ?? ''), query ?? '');
  const whole = setting.whole !== false && type !== undefined && query !== undefined;
  const texts = textsOf(monitor);
  const parts = parsed.query.kind === 'metric' ? partsIn(parsed.query.expression) : [];
  const series = parts.filter((part) => part.kind === 'series');
  return {
    monitor,
    whole,
    // Options are replaced whole where they are there.
    wholeOptions: whole || isObject(monitor['options']),
    type: type ?? '',
    query: query ?? '',
    parsed,
    calls: parts.filter((part) => part.kind === 'call'),
    series,
    methods: parts.filter((part) => part.kind === 'method'),
    tags: series.flatMap(({ filter }) => tagsIn(filter)),
    formula: formulaOf(parsed.query),
    variables: variablesOf(options['variables']),
    texts,
    textParts: textPartsOf(texts),
    options,
    thresholds: objectAt(options['thresholds']),
    thresholdWindows: objectAt(options['threshold_windows']),
  };
}

function formulaOf(query: Query): ReadFormula | undefined {
  if (query.kind !== 'chain' || query.head.name.text !== 'formula') return undefined;
  const [text] = query.head.args;
  return text?.kind === 'string' ? { ...parseMetricQuery(text.raw), from: text.span.from + 1 } : undefined;
}

function variablesOf(variables: Json | undefined): PlacedVariable[] {
  if (!Array.isArray(variables)) return [];
  return variables.flatMap((variable, at) =>
    isObject(variable) ? [{ path: ['options', 'variables', at], variable }] : [],
  );
}

function textAt(value: Json | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function objectAt(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {};
}
