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
import {
  type MonitorTemplate,
  type TemplatePart,
  templatePartsOf,
  templatesOf,
} from './monitor-templates.ts';

/** The field that names the recipients: the message of a monitor, or `notify` of an alert. */
export type RecipientsField = 'message' | 'notify';

/** The context of a monitor. */
export interface MonitorContext {
  /** Whether the monitor is complete. An update omits fields that stay unchanged. */
  readonly whole?: boolean;
  /** Whether the monitor is part of a document, which can reference monitors by key. */
  readonly inDocument?: boolean;
  /** Where the recipients must be named; omitted if nobody needs to be notified, as for the condition of a composite. */
  readonly recipientsIn?: RecipientsField;
}

/** The input of monitor rules: a monitor with its parsed query and templates. */
export interface MonitorView {
  readonly monitor: JsonObject;
  /** Whether the monitor is complete. An update may omit fields that stay unchanged. */
  readonly whole: boolean;
  /** Whether all options are present. */
  readonly wholeOptions: boolean;
  /** Where the recipients must be named; undefined if nobody needs to be notified. */
  readonly recipientsIn: RecipientsField | undefined;
  /** Empty if missing. */
  readonly type: string;
  readonly query: string;
  /** An opaque query if the query or the type is missing. */
  readonly parsed: Parsed;
  /** The nodes of a metric query's expression, from left to right; none for other queries. */
  readonly calls: readonly Call[];
  readonly series: readonly Series[];
  readonly methods: readonly Method[];
  /** The filter terms of the series. */
  readonly tags: readonly (FilterTag | FilterList)[];
  /** The parsed argument of `formula("...")`; undefined for other queries. */
  readonly formula: ParsedFormula | undefined;
  /** The variables that the options declare for the formula. */
  readonly variables: readonly DeclaredVariable[];
  /** The message and the other templates that Datadog renders. */
  readonly templates: readonly MonitorTemplate[];
  /** The variables, calls, blocks and handles of the templates. */
  readonly templateParts: readonly TemplatePart[];
  readonly options: JsonObject;
  readonly thresholds: JsonObject;
  readonly thresholdWindows: JsonObject;
}

/** A formula in a query. Its spans are relative to `from`. */
export interface ParsedFormula extends ParsedExpression {
  readonly from: number;
}

/** An item of the option `variables`. */
export interface DeclaredVariable {
  readonly path: Path;
  readonly variable: JsonObject;
}

export type MonitorRule = Rule<MonitorView>;

export function viewMonitor(monitor: JsonObject, context: MonitorContext = {}): MonitorView {
  const type = textAt(monitor['type']);
  const query = textAt(monitor['query']);
  const options = objectAt(monitor['options']);
  const parsed = parseQuery(query === undefined ? '' : (type ?? ''), query ?? '');
  const whole = context.whole !== false && type !== undefined && query !== undefined;
  const templates = templatesOf(monitor);
  const parts = parsed.query.kind === 'metric' ? partsIn(parsed.query.expression) : [];
  const series = parts.filter((part) => part.kind === 'series');
  return {
    monitor,
    whole,
    // An update replaces all options together.
    wholeOptions: whole || isObject(monitor['options']),
    recipientsIn: context.recipientsIn,
    type: type ?? '',
    query: query ?? '',
    parsed,
    calls: parts.filter((part) => part.kind === 'call'),
    series,
    methods: parts.filter((part) => part.kind === 'method'),
    tags: series.flatMap(({ filter }) => tagsIn(filter)),
    formula: formulaOf(parsed.query),
    variables: variablesOf(options['variables']),
    templates,
    templateParts: templatePartsOf(templates),
    options,
    thresholds: objectAt(options['thresholds']),
    thresholdWindows: objectAt(options['threshold_windows']),
  };
}

function formulaOf(query: Query): ParsedFormula | undefined {
  if (query.kind !== 'chain' || query.head.name.text !== 'formula') return undefined;
  const [text] = query.head.args;
  return text?.kind === 'string' ? { ...parseMetricQuery(text.raw), from: text.span.from + 1 } : undefined;
}

function variablesOf(variables: Json | undefined): DeclaredVariable[] {
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
