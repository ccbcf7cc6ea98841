import { isObject, type Json, type JsonObject, textOf } from '../domain/json.ts';
import { readStoredQuery } from '../language/query/parse-query.ts';
import type { Call, Expression, MetricQuery, Query, Series, Span } from '../language/query/syntax.ts';
import { nodesIn } from '../language/query/walk-query.ts';
import type { AlertParts } from './alert.ts';
import { LIMIT_NAMES } from './conditions/limits.ts';

type Path = readonly (string | number)[];

/** The setting of each argument of an algorithm; arguments without a name by their position. */
const SETTINGS: ReadonlyMap<string, readonly string[]> = new Map([
  ['anomaly', ['algorithm', 'deviations']],
  ['forecast', ['algorithm', 'deviations']],
  ['outlier', ['algorithm', 'tolerance', 'percent']],
]);
const RENAMED_SETTINGS: ReadonlyMap<string, string> = new Map([['alert_window', 'window']]);

/**
 * Returns the field of an alert that the part of its monitor's query at an offset is compiled from. A field that is not written
 * is replaced by the object that lacks it.
 */
export function fieldAt(type: string, text: string, at: number, parts: AlertParts): Path {
  const query = readStoredQuery(type, text);
  return writtenPath(parts, pathAt(query, at, parts) ?? ['signal']);
}

function pathAt(query: Query, at: number, parts: AlertParts): Path | undefined {
  if ('comparison' in query && query.comparison && isIn(query.comparison.span, at))
    return ['condition', LIMIT_NAMES.find((name) => Object.hasOwn(parts.condition, name)) ?? 'anomaly'];
  if (query.kind === 'metric') return metricPath(query, at, parts);
  if (query.kind !== 'chain') return undefined;
  const method = query.head.methods.find(({ span }) => isIn(span, at));
  return method?.name.text === 'last' ? ['condition', 'over'] : ['signal', method?.name.text ?? ''];
}

function metricPath(
  { evaluation, expression }: MetricQuery,
  at: number,
  parts: AlertParts,
): Path | undefined {
  if (isIn(evaluation.span, at)) return evaluationPath(evaluation, at, parts.condition);
  const name = [...SETTINGS.keys()].find((one) => Object.hasOwn(parts.condition, one));
  const setting = name === undefined ? undefined : settingAt(name, expression, at);
  if (setting) return setting;
  const node = nodesIn(expression).findLast(({ span }) => isIn(span, at));
  if (node?.kind === 'series') return seriesPath(node, at, parts.signal);
  if (node?.kind === 'call' || node?.kind === 'method') return functionPath(node.name.text, parts.signal);
  return undefined;
}

function evaluationPath({ name, args }: Call, at: number, condition: JsonObject): Path {
  const [first, second] = args;
  if (second && isIn(second.span, at)) return ['condition', 'against'];
  if (first?.kind === 'call') return evaluationPath(first, at, condition);
  if (isIn(name.span, at)) return ['condition', 'statistic'];
  return ['condition', Object.hasOwn(condition, 'within') ? 'within' : 'over'];
}

function settingAt(condition: string, expression: Expression, at: number): Path | undefined {
  if (expression.kind !== 'call') return undefined;
  const position = expression.args.findIndex(({ span }) => isIn(span, at));
  const argument = expression.args[position];
  if (!argument || position < 1) return undefined;
  const written = argument.kind === 'named' ? argument.name.text : SETTINGS.get(condition)?.[position - 1];
  return ['condition', condition, RENAMED_SETTINGS.get(written ?? '') ?? written ?? ''];
}

/** Returns the signals of metrics in a signal, each with its place. */
function metricsIn(signal: JsonObject): readonly (readonly [path: Path, metric: JsonObject])[] {
  const { ratio, formula } = signal;
  const inRatio = isObject(ratio) ? objectsIn(ratio, ['signal', 'ratio']) : [];
  const signals = isObject(formula) ? formula['signals'] : undefined;
  const inFormula = isObject(signals) ? objectsIn(signals, ['signal', 'formula', 'signals']) : [];
  return [[['signal'], signal], ...inRatio, ...inFormula];
}

function objectsIn(object: JsonObject, path: Path): [path: Path, metric: JsonObject][] {
  return Object.entries(object).flatMap(([name, value]) =>
    isObject(value) ? [[[...path, name], value]] : [],
  );
}

function seriesPath({ metric, filter, groupBy }: Series, at: number, signal: JsonObject): Path | undefined {
  const found = metricsIn(signal).find(([, one]) => textOf(one['metric']) === metric.text);
  if (!found) return undefined;
  const [path] = found;
  if (isIn(metric.span, at)) return [...path, 'metric'];
  if (filter && isIn(filter.span, at)) return [...path, 'filter'];
  return groupBy && isIn(groupBy.span, at) ? [...path, 'by'] : [...path, 'aggregate'];
}

/** A function of Datadog in an entry of `functions`. */
const FUNCTION_NAME = /^\w+/;

function functionPath(name: string, signal: JsonObject): Path | undefined {
  if (name === 'as_count' || name === 'as_rate') return ['signal', 'as'];
  for (const [path, { functions }] of metricsIn(signal)) {
    const position = Array.isArray(functions) ? functions.findIndex((one) => isFunction(one, name)) : -1;
    if (position >= 0) return [...path, 'functions', position];
  }
  return Object.hasOwn(signal, 'formula') ? ['signal', 'formula', 'expr'] : undefined;
}

function isFunction(entry: Json, name: string): boolean {
  return FUNCTION_NAME.exec(textOf(entry).trim())?.[0] === name;
}

function isIn({ from, to }: Span, at: number): boolean {
  return from <= at && at < to;
}

/** Returns the longest start of a path whose fields are written. */
function writtenPath({ signal, condition }: AlertParts, path: Path): Path {
  let value: Json | undefined = { signal, condition };
  const written: (string | number)[] = [];
  for (const step of path) {
    if (Array.isArray(value) && typeof step === 'number') value = value[step];
    else if (isObject(value) && Object.hasOwn(value, step)) value = value[step];
    else break;
    written.push(step);
  }
  return written;
}
