import { NEVER } from '../alerts/conditions/missing-for.ts';
import { isObject, type Json, type JsonObject, numberText } from '../domain/json.ts';
import type { Owner } from '../domain/managed-fields.ts';
import { markerTag } from '../domain/marker.ts';
import { parseQuery } from '../language/query/parse-query.ts';
import type { Comparison, Query } from '../language/query/syntax.ts';
import type { Graph, GraphRequest } from './graph.ts';
import { hasUnitOfThreshold, metricGraph } from './metric-graph.ts';
import { argumentsOf, searchGraph } from './search-graph.ts';

/** An alert of a document: its key and the monitor that it compiles to. */
export interface ShownAlert {
  readonly application: string;
  readonly key: string;
  readonly monitor: JsonObject;
}

/**
 * Returns the widget of an alert, by the parsed query of its monitor: a graph of a metric query or a search with the
 * thresholds as markers, the state of a check or a composite, an SLO. For all others, Datadog's own graph of the alert.
 */
export function alertWidget(alert: ShownAlert): Graph {
  const { type, query: written, options: given } = alert.monitor;
  const text = typeof written === 'string' ? written : '';
  const options = isObject(given) ? given : {};
  const { query, faults } = parseQuery(typeof type === 'string' ? type : '', text);
  return (faults.length === 0 ? widgetOf(query, text, options, alert) : undefined) ?? alertGraph(alert);
}

/** Returns the title of an alert's widget: the name of its monitor, with `{host}` for `{{host.name}}`. Default: the key. */
export function titleOf({ key, monitor: { name } }: ShownAlert): string {
  const title = typeof name === 'string' && name.trim() !== '' ? name : key;
  return title.replace(
    /\{\{\{?\s{0,9}([^{}\s]{1,200})\s{0,9}\}\}\}?/g,
    (_, variable: string) => `{${variable.replace(/\.name$/, '')}}`,
  );
}

function widgetOf(query: Query, text: string, options: JsonObject, alert: ShownAlert): Graph | undefined {
  switch (query.kind) {
    case 'metric':
      return marked(metricGraph(query, text), query.comparison, options, hasUnitOfThreshold(query));
    case 'chain':
      return sloWidget(query) ?? marked(searchGraph(query, options), query.comparison, options, true);
    case 'check':
      return checkWidget(query);
    case 'composite':
      return stateWidget(alert);
    case 'opaque':
      return undefined;
  }
}

function whole(definition: JsonObject): Graph {
  return { definition, queries: [], request: {} };
}

function alertGraph({ key }: ShownAlert): Graph {
  return whole({ type: 'alert_graph', alert_id: `\${monitor:${key}}`, viz_type: 'timeseries' });
}

/** Returns the state of one monitor. Datadog has no graph of a composite. */
function stateWidget({ application, key }: ShownAlert): Graph {
  return whole(monitorStates({ application, key }));
}

/** Returns a widget with the states of the monitors of an application, or of one key. */
export function monitorStates(owner: Owner): JsonObject {
  return {
    type: 'manage_status',
    query: `tag:"${markerTag(owner)}"`,
    summary_type: 'monitors',
    display_format: 'countsAndList',
    color_preference: 'background',
    hide_zero_counts: true,
    show_last_triggered: true,
    show_priority: true,
    sort: 'status,asc',
    count: 50,
    start: 0,
  };
}

function checkWidget({ check, methods }: Extract<Query, { kind: 'check' }>): Graph {
  const tags = argumentsOf(methods, 'over').filter((tag) => tag !== '*');
  const groups = argumentsOf(methods, 'by').filter((tag) => tag !== '*');
  return whole({
    type: 'check_status',
    check: check.raw,
    grouping: 'cluster',
    group_by: groups,
    tags: tags.length === 0 ? ['*'] : tags,
  });
}

const SLO_HEADS: ReadonlySet<string> = new Set(['burn_rate', 'error_budget']);
const SLO_PERIODS: ReadonlySet<string> = new Set(['7d', '30d', '90d']);

function sloWidget({ head }: Extract<Query, { kind: 'chain' }>): Graph | undefined {
  const [id] = head.args;
  if (!SLO_HEADS.has(head.name.text) || id?.kind !== 'string') return undefined;
  const period = argumentsOf(head.methods, 'over').filter((one) => SLO_PERIODS.has(one));
  return whole({
    type: 'slo',
    slo_id: id.raw,
    view_type: 'detail',
    view_mode: 'overall',
    time_windows: period.length === 0 ? ['30d'] : period,
    show_error_budget: true,
  });
}

/** Adds the thresholds of an alert to its graph. */
function marked(
  graph: GraphRequest | undefined,
  comparison: Comparison | undefined,
  options: JsonObject,
  hasUnit: boolean,
): Graph | undefined {
  if (!graph) return undefined;
  const markers = hasUnit ? markersOf(comparison, options['thresholds']) : [];
  return {
    ...graph,
    definition: { type: 'timeseries', ...(markers.length === 0 ? {} : { markers }) },
  };
}

/** The thresholds of a monitor, with their names in an alert and their lines. */
const THRESHOLDS = [
  ['critical', 'critical', 'error dashed'],
  ['warning', 'warn', 'warning dashed'],
  ['critical_recovery', 'recover', 'ok dashed'],
  ['warning_recovery', 'warn_recover', 'ok dashed'],
] as const;

function markersOf(comparison: Comparison | undefined, thresholds: Json | undefined): Json[] {
  const limit = comparison?.limit.kind === 'number' ? comparison.limit.text : undefined;
  const given = isObject(thresholds) ? thresholds : {};
  const seen = new Set<string>();
  return THRESHOLDS.flatMap(([name, label, display]) => {
    const value = (name === 'critical' ? limit : undefined) ?? numberText(given[name]);
    if (value === undefined || seen.has(value) || Math.abs(Number(value)) >= NEVER) return [];
    seen.add(value);
    return [{ display_type: display, label: `${label} ${value}`, value: `y = ${value}` }];
  });
}
