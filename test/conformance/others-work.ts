import { type Exchange, madeIds, type Scenario } from './recording.ts';
import { isList, isRecord, type Value, type ValueRecord } from './value.ts';

interface Read {
  readonly path: RegExp;
  readonly collection: string;
  /** Where in the answer the objects are; the whole answer where it is left out. */
  readonly member?: string;
  /** What the objects of an answer are part of, where they are; `id` is that of the path. */
  readonly of?: (objects: readonly ValueRecord[], id: string) => readonly ValueRecord[];
}

/** Which answers show which objects. */
const READS: readonly Read[] = [
  { path: /^\/api\/v1\/monitor(\/\d+(\/(un)?mute)?)?$/, collection: 'monitors' },
  { path: /^\/api\/v1\/dashboard$/, collection: 'dashboards', member: 'dashboards' },
  { path: /^\/api\/v1\/dashboard\/\w{3}-\w{3}-\w{3}$/, collection: 'dashboards' },
  {
    path: /^\/api\/v1\/dashboard\/lists\/manual$/,
    collection: 'dashboard_lists',
    member: 'dashboard_lists',
  },
  { path: /^\/api\/v1\/dashboard\/lists\/manual\/\d+$/, collection: 'dashboard_lists' },
  {
    path: /^\/api\/v2\/dashboard\/lists\/manual\/(\d+)\/dashboards$/,
    collection: 'dashboard_lists',
    member: 'dashboards',
    of: (items, id) => [{ id: Number(id), items }],
  },
  { path: /^\/api\/v1\/downtime(\/\d+)?$/, collection: 'downtimes_v1' },
  { path: /^\/api\/v2\/downtime(\/[^/]+)?$/, collection: 'downtimes', member: 'data' },
  { path: /^\/api\/v1\/monitor\/\d+\/downtimes$/, collection: 'downtimes_v1' },
  {
    path: /^\/api\/v[12]\/monitor\/(\d+)\/downtime(?:s|_matches)$/,
    collection: 'monitors',
    of: (_, id) => [{ id: Number(id) }],
  },
  {
    path: /^\/api\/v2\/monitor\/(\d+)\/downtime_matches$/,
    collection: 'downtimes',
    member: 'data',
    of: (matches, id) => matches.map((match) => matchedDowntime(match, Number(id))),
  },
  { path: /^\/api\/v1\/slo(\/[0-9a-f]{32})?$/, collection: 'slos', member: 'data' },
  { path: /^\/api\/v1\/slo\/correction(\/[^/]+)?$/, collection: 'slo_corrections', member: 'data' },
  {
    path: /^\/api\/v2\/monitor\/notification_rule(\/[^/]+)?$/,
    collection: 'notification_rules',
    member: 'data',
  },
  { path: /^\/api\/v2\/monitor\/policy(\/[^/]+)?$/, collection: 'config_policies', member: 'data' },
  { path: /^\/api\/v2\/monitor\/template(\/[^/]+)?$/, collection: 'monitor_templates', member: 'data' },
  { path: /^\/api\/v2\/restriction_policy\/[^/]+$/, collection: 'restriction_policies', member: 'data' },
  {
    path: /^\/api\/v2\/services\/definitions(\/[^/]+)?$/,
    collection: 'service_definitions',
    member: 'data',
  },
  { path: /^\/api\/v2\/catalog\/entity$/, collection: 'catalog_entities', member: 'data' },
  { path: /^\/api\/v1\/events$/, collection: 'events', member: 'events' },
  { path: /^\/api\/v1\/events\/\d+$/, collection: 'events', member: 'event' },
  { path: /^\/api\/v2\/events(\/search)?$/, collection: 'events', member: 'data' },
  { path: /^\/api\/v2\/users(\/[^/]+)?$/, collection: 'users', member: 'data' },
  { path: /^\/api\/v2\/team(\/[^/]+)?$/, collection: 'teams', member: 'data' },
  { path: /^\/api\/v2\/team\/[^/]+\/links(\/[^/]+)?$/, collection: 'team_links', member: 'data' },
  { path: /^\/api\/v2\/team\/[^/]+\/memberships$/, collection: 'team_memberships', member: 'data' },
  {
    path: /^\/api\/v2\/team\/([0-9a-f-]{36})\/memberships$/,
    collection: 'teams',
    member: 'data',
    of: (_, id) => [{ id, type: 'team' }],
  },
];
/** Objects that come along with others. */
const INCLUDED: Readonly<Record<string, string>> = { users: 'users', roles: 'roles', team: 'teams' };

/** What others did in an organisation before one of its exchanges. */
export interface OthersWork {
  readonly made: Readonly<Record<string, readonly ValueRecord[]>>;
  /** Ids by collection. */
  readonly deleted: Readonly<Record<string, readonly string[]>>;
}

interface Shown {
  readonly collection: string;
  readonly id: string;
  readonly object: ValueRecord;
  /** What was asked: an answer to the same question that shows something else was changed by others. */
  readonly question: string;
}

/**
 * What a scenario reads on a host but did not make there: made by others before the first exchange, or, where an
 * earlier answer to the same question did not show it yet, before the one that does; and deleted by others once it is
 * no longer shown.
 */
export function othersWork(scenario: Scenario): OthersWork[] {
  const shown = scenario.map(shownBy);
  const own = new Set(scenario.flatMap(madeIds));
  const foreign = shown.map((list) => list.filter(({ id }) => !own.has(id)));
  const fullest = new Map<string, ValueRecord>();
  for (const { collection, id, object } of foreign.flat()) {
    const before = fullest.get(`${collection} ${id}`);
    // The first answer tells what there was; later ones may tell more members.
    fullest.set(`${collection} ${id}`, { ...object, ...before });
  }
  const answers = new Map<string, Set<string>>();
  const held = new Set<string>();
  const late = foreign.map((list) => {
    const question = list[0]?.question ?? '';
    const before = answers.get(question);
    const now = new Set(list.map((s) => `${s.collection} ${s.id}`));
    if (now.size > 0) answers.set(question, now);
    const fresh = [...now].filter((name) => !held.has(name));
    for (const name of fresh) held.add(name);
    const gone = before === undefined ? [] : [...before].filter((name) => !now.has(name));
    for (const name of gone) held.delete(name);
    return { fresh, gone, first: before === undefined };
  });
  return scenario.map((_, at) => ({
    made: byCollection(
      // Before the first exchange, everything that no earlier answer left out.
      at === 0
        ? late.flatMap((l, later) => (l.first || later === 0 ? l.fresh : []))
        : late[at]?.first === false
          ? (late[at]?.fresh ?? [])
          : [],
      (name) => fullest.get(name),
    ),
    deleted: byCollection(late[at]?.gone ?? [], (name) => name.split(' ')[1]),
  }));
}

function byCollection<T>(names: readonly string[], of: (name: string) => T | undefined): Record<string, T[]> {
  const lists: Record<string, T[]> = {};
  for (const name of new Set(names)) {
    const value = of(name);
    const [collection = ''] = name.split(' ');
    if (value !== undefined) lists[collection] = [...(lists[collection] ?? []), value];
  }
  return lists;
}

function shownBy({ request, response }: Exchange): Shown[] {
  const { body } = response;
  if (response.status >= 300) return [];
  if (request.method === 'DELETE') return deletedBy(request.path);
  if (body === undefined) return [];
  const question = `${request.path}?${[...request.query].join('&')}`;
  const show = (collection: string) => (object: ValueRecord) =>
    object['id'] === undefined ? [] : [{ collection, id: String(object['id']), object, question }];
  const direct = READS.flatMap(({ path, collection, member, of }) => {
    const found = path.exec(request.path);
    if (!found || (of && request.method !== 'GET')) return [];
    const objects = objectsIn(body, member);
    return (of?.(objects, found[1] ?? '') ?? objects).flatMap(show(collection));
  });
  const included = (isRecord(body) ? objectsIn(body, 'included') : []).flatMap((object) => {
    const collection = INCLUDED[String(object['type'])];
    return collection === undefined ? [] : show(collection)(object);
  });
  const named = objectsIn(body, undefined);
  return [
    ...direct,
    ...included,
    ...named.flatMap(restrictedRoles).flatMap(show('roles')),
    ...named.flatMap(combined).flatMap(show('monitors')),
  ];
}

/** The monitors that an accepted composite monitor combines: tests of pages made some of them. */
function combined({ type, query }: ValueRecord): ValueRecord[] {
  const ids = type === 'composite' ? (String(query).match(/\d+/g) ?? []) : [];
  return ids.map((id) => ({
    id: Number(id),
    type: 'synthetics alert',
    query: 'no_query',
    tags: [],
    options: {},
  }));
}

/** The roles that an accepted monitor or dashboard is restricted to. */
function restrictedRoles({ restricted_roles: roles }: ValueRecord): ValueRecord[] {
  return roles !== undefined && isList(roles)
    ? roles.map((id) => ({ id, type: 'roles', attributes: {} }))
    : [];
}

/** What could be deleted was there: of users, that is all a recording may tell. */
function deletedBy(path: string): Shown[] {
  const id = /^\/api\/v2\/users\/([0-9a-f-]{36})$/.exec(path)?.[1];
  if (id === undefined) return [];
  return [
    { collection: 'users', id, object: { id, type: 'users', attributes: {} }, question: `DELETE ${path}` },
  ];
}

/** What a match tells of a downtime. */
function matchedDowntime({ id, attributes }: ValueRecord, monitor_id: number): ValueRecord {
  const { scope = '*', start = null, end = null } = attributes && isRecord(attributes) ? attributes : {};
  const monitor_identifier = { monitor_id };
  return {
    id: id ?? '',
    attributes: { scope, monitor_identifier, schedule: { start, end }, canceled: null },
  };
}

function objectsIn(body: Value, member: string | undefined): ValueRecord[] {
  const value = member === undefined ? body : isRecord(body) ? body[member] : undefined;
  if (value === undefined) return [];
  return (isList(value) ? value : [value]).filter(isRecord);
}
