import { json, type EmulatorResponse } from '../../server/emulator-server.ts';
import type { Organisation } from '../organisation.ts';
import { isRawObject, toNumber, type RawObject } from '../raw-json.ts';
import type { Call, EndpointGroup } from '../route.ts';
import { groupsOf, lastTriggered } from './monitor-states.ts';
import { type SearchRow, searchCondition } from './search-query.ts';

/** The kinds of monitors in the search, by type. The kind of a metric monitor depends on its query. */
const KINDS = new Map(
  Object.entries({
    'event-v2 alert': 'event',
    'event alert': 'event',
    'service check': 'custom',
    'synthetics alert': 'synthetics',
    'trace-analytics alert': 'trace-analytics',
  }),
);
const METRIC_KINDS: readonly [query: RegExp, kind: string][] = [
  [/anomalies\(/, 'anomaly'],
  [/outliers\(/, 'outlier'],
  [/forecast\(/, 'forecast'],
  [/^(?:pct_)?change\(/, 'change'],
  [/^\w+\([^)]*\):\w+:trace\./, 'apm'],
];
const DEFAULT_PER_PAGE = 30;

/** A monitor or a group: its searchable row, and its view in the response. */
interface Candidate {
  readonly row: SearchRow;
  readonly view: RawObject;
  readonly status: string;
  readonly muted: boolean;
  readonly kind: string;
  readonly tags: readonly string[];
}

/** Serves the search for monitors and for their groups. */
export function monitorSearch(organisation: Organisation): EndpointGroup {
  const monitors = organisation.collection('monitors');
  return {
    routes: [
      {
        method: 'GET',
        path: '/api/v1/monitor/search',
        run: (call) => searchResponse(call, monitors.all().map(monitorCandidate), 'monitors'),
      },
      {
        method: 'GET',
        path: '/api/v1/monitor/groups/search',
        run: (call) => searchResponse(call, monitors.all().flatMap(groupCandidates), 'groups'),
      },
    ],
    seeds: {},
  };
}

function searchResponse(
  { query }: Call,
  all: readonly Candidate[],
  name: 'monitors' | 'groups',
): EmulatorResponse {
  const condition = searchCondition(query.get('query') ?? '');
  const found = sorted(
    all.filter(({ row }) => condition(row)),
    query.get('sort'),
  );
  const perPage = Math.max(1, Number(query.get('per_page') ?? DEFAULT_PER_PAGE));
  const page = Number(query.get('page') ?? 0);
  const monitorCounts: Readonly<Record<string, unknown>> =
    name === 'monitors'
      ? { tag: counts(found.flatMap(({ tags }) => tags)), muted: counts(found.map(({ muted }) => muted)) }
      : {};
  return json(200, {
    counts: {
      status: counts(found.map(({ status }) => status)),
      type: counts(found.map(({ kind }) => kind)),
      ...monitorCounts,
    },
    [name]: found.slice(page * perPage, (page + 1) * perPage).map(({ view }) => view),
    metadata: {
      total_count: found.length,
      page_count: Math.ceil(found.length / perPage),
      page,
      per_page: perPage,
    },
  });
}

const SORTS = new Map(
  Object.entries<(found: Candidate) => string>({
    name: ({ view }) => String(view['name'] ?? view['monitor_name']),
    status: ({ status }) => status,
    tags: ({ tags }) => tags.join(','),
  }),
);

/** Sorts by `field,asc` or `field,desc`; by default in order of creation. */
function sorted(found: readonly Candidate[], sort: string | null): readonly Candidate[] {
  const [field = '', direction = 'asc'] = (sort ?? '').split(',');
  const by = SORTS.get(field);
  if (!by) return found;
  const order = direction === 'desc' ? -1 : 1;
  return found.toSorted((a, b) => order * by(a).localeCompare(by(b)));
}

function monitorCandidate(monitor: RawObject): Candidate {
  const tags = texts(monitor['tags']);
  const query = String(monitor['query']);
  const silenced = isRawObject(monitor['options']) ? monitor['options']['silenced'] : undefined;
  const muted = isRawObject(silenced) && Object.keys(silenced).length > 0;
  const status = String(monitor['overall_state'] ?? 'No Data');
  const creator = isRawObject(monitor['creator']) ? monitor['creator'] : {};
  const handles = handlesIn(String(monitor['message']));
  const kind = kindOf(String(monitor['type']), query);
  const [scopes, metrics] = [scopesIn(query), metricsIn(query)];
  return {
    status,
    muted,
    kind,
    tags,
    row: {
      id: String(monitor['id']),
      texts: [String(monitor['name']), String(monitor['message'])],
      facets: {
        id: [String(monitor['id'])],
        title: [String(monitor['name'])],
        message: [String(monitor['message'])],
        status: [status],
        muted: [String(muted)],
        type: [kind],
        creator: [String(creator['handle']), String(creator['name'])],
        priority: [`p${String(toNumber(monitor['priority']) ?? null)}`],
        tag: tags,
        scope: scopes,
        metric: metrics,
        notification: handles,
      },
    },
    view: {
      status,
      scopes,
      classification: kind,
      creator: {
        handle: creator['handle'] ?? null,
        id: creator['id'] ?? null,
        name: creator['name'] ?? null,
      },
      metrics,
      notifications: handles.map((handle) => ({ handle, name: handle })),
      muted_until_ts: null,
      query,
      id: monitor['id'],
      last_triggered_ts: lastTriggered(monitor),
      name: monitor['name'],
      tags,
      org_id: monitor['org_id'],
      priority: monitor['priority'] ?? null,
      overall_state_modified: monitor['overall_state_modified'] ?? null,
      restricted_roles: monitor['restricted_roles'] ?? [],
      type: monitor['type'],
    },
  };
}

/** Returns the groups of a monitor; one that was never evaluated has the single group `*`. */
function groupCandidates(monitor: RawObject): Candidate[] {
  const found = monitorCandidate(monitor);
  const groups = groupsOf(monitor);
  const listed = groups.length > 0 ? groups : [{ name: '*', status: found.status }];
  return listed.map(({ name, status, ...times }) => ({
    ...found,
    status,
    row: { ...found.row, facets: { ...found.row.facets, group: [name], group_status: [status] } },
    view: {
      group: name,
      group_tags: name === '*' ? [] : name.split(','),
      last_nodata_ts: times.last_nodata_ts ?? null,
      last_triggered_ts: times.last_triggered_ts ?? null,
      monitor_id: monitor['id'],
      monitor_name: monitor['name'],
      status,
    },
  }));
}

function kindOf(type: string, query: string): string {
  if (type !== 'metric alert' && type !== 'query alert')
    return KINDS.get(type) ?? type.replace(/ alert$/, '');
  return METRIC_KINDS.find(([form]) => form.test(query))?.[1] ?? 'metric';
}

/** Counts how often each value occurs, the most frequent first. */
function counts<T extends string | boolean>(values: readonly T[]): { count: number; name: T }[] {
  return [...Map.groupBy(values, (value) => value)]
    .map(([name, list]) => ({ count: list.length, name }))
    .toSorted((a, b) => b.count - a.count);
}

function scopesIn(query: string): string[] {
  return [...query.matchAll(/\{([^{}]+)\}/g)]
    .flatMap(([whole, inside = '']) => (query.includes(`by ${whole}`) ? [] : inside.split(',')))
    .map((scope) => scope.trim());
}

function metricsIn(query: string): string[] {
  return [
    ...new Set(
      [...query.matchAll(/(?:^|:|\()(?:avg|sum|min|max|count|p\d+):([\w.]+)\{/g)].map(([, m = '']) => m),
    ),
  ];
}

function handlesIn(message: string): string[] {
  return [...new Set([...message.matchAll(/(?:^|\s)@([\w.@+-]+)/g)].map(([, handle = '']) => handle))];
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
