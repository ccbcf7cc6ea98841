import { pickFields, isRawObject, toNumber, type RawObject } from '../raw-json.ts';

/** The order in which Datadog writes the fields of a monitor. */
export const MONITOR_ORDER = [
  'id',
  'org_id',
  'type',
  'name',
  'message',
  'tags',
  'query',
  'options',
  'multi',
  'created_at',
  'created',
  'modified',
  'deleted',
  'priority',
  'restricted_roles',
  'restriction_policy',
  'draft_status',
  'assets',
  'overall_state_modified',
  'overall_state',
  'creator',
  'matching_downtimes',
  'state',
];
/** The fields that a request may set; Datadog ignores any other top-level field. */
const WRITABLE = [
  'type',
  'name',
  'message',
  'tags',
  'query',
  'options',
  'multi',
  'priority',
  'restricted_roles',
  'draft_status',
  'assets',
];
const SIMPLE_GROUPING = new Set([
  'log alert',
  'rum alert',
  'ci-pipelines alert',
  'ci-tests alert',
  'error-tracking alert',
  'llm-observability alert',
]);

/** Normalises the writable fields of a valid monitor as Datadog does. */
export function normalised(sent: RawObject): RawObject {
  const monitor = pickFields(sent, WRITABLE);
  const query = String(monitor['query']).trim();
  const type = typeByQuery(String(monitor['type']), query);
  const options = withOptionDefaults(isRawObject(monitor['options']) ? monitor['options'] : {}, type);
  return {
    ...monitor,
    type,
    query,
    name: typeof monitor['name'] === 'string' ? monitor['name'].trim() : generatedName(query),
    message: typeof monitor['message'] === 'string' ? monitor['message'].trim() : '',
    tags: Array.isArray(monitor['tags']) ? [...new Set(monitor['tags'])] : [],
    priority: priority(monitor['priority']),
    options,
    multi: type !== 'composite' && / by \{|\.by\(/.test(query),
    restricted_roles: monitor['restricted_roles'] ?? null,
    draft_status: monitor['draft_status'] ?? 'published',
    assets: Array.isArray(monitor['assets']) ? monitor['assets'] : [],
  };
}

/** Returns the type that Datadog stores: for some queries it differs from the type that was sent. */
function typeByQuery(type: string, query: string): string {
  if (type === 'metric alert' && /\(current_1mo\)/.test(query)) return 'query alert';
  if (type === 'query alert' && /^formula\(.*\)\.rollup\(/.test(query)) return 'metric alert';
  return type;
}

function withOptionDefaults(sent: RawObject, type: string): RawObject {
  const options: RawObject = { ...sent };
  const thresholds = options['thresholds'];
  if (isRawObject(thresholds)) {
    if (Object.keys(thresholds).length === 0) delete options['thresholds'];
    else
      options['thresholds'] = Object.fromEntries(Object.entries(thresholds).map(([n, v]) => [n, asFloat(v)]));
  }
  if (typeof options['escalation_message'] === 'string')
    options['escalation_message'] = options['escalation_message'].trim();
  const defaults: [string, unknown, boolean][] = [
    ['notify_no_data', false, options['on_missing_data'] === undefined],
    ['notify_audit', false, true],
    ['new_host_delay', 300, options['new_group_delay'] === undefined],
    ['include_tags', true, true],
    ['groupby_simple_monitor', false, SIMPLE_GROUPING.has(type)],
    ['silenced', {}, true],
  ];
  for (const [name, value, applies] of defaults)
    if (applies && options[name] === undefined) options[name] = value;
  return options;
}

/** Formats a threshold as a float: Datadog returns 2 as 2.0. A number with an exponent, such as 1e+21, is a float already. */
function asFloat(value: unknown): unknown {
  const isWhole = typeof value === 'number' && /^-?\d+$/.test(String(value));
  return isWhole ? JSON.rawJSON(`${value}.0`) : value;
}

function priority(value: unknown): unknown {
  const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  return number === undefined || toNumber(number) === 0 ? null : number;
}

/** Returns the name that Datadog generates from the query of a monitor without one. */
function generatedName(query: string): string {
  const head = /^\w+\(last_(\w+)\):\w+:([\w.]+)\{([^}]*)\}/.exec(query);
  const comparison = /(?<![<>=!])([<>=!]+)\s*([^\s<>=!]+)$/.exec(query);
  if (!head || !comparison) return query;
  const [, over = '', metric = '', scope = ''] = head;
  const [, comparator = '', limit = ''] = comparison;
  const number = Number.isInteger(Number(limit)) ? `${Number(limit)}.0` : limit;
  const where = scope === '*' ? '*****' : `**${scope}**`;
  return `**${metric}** over ${where} was **${comparator} ${number}** on average during the **last ${over}**.`;
}
