import type { Scenario } from './recording.ts';
import { isList, isRecord, type Value, type ValueRecord } from './value.ts';

/** What an organisation held before a recording began: objects as reads gave them, by collection. */
export type Seeds = Readonly<Record<string, readonly ValueRecord[]>>;

interface Read {
  readonly path: RegExp;
  readonly collection: string;
  /** Where in the answer the objects are; the whole answer where it is left out. */
  readonly member?: string;
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
  { path: /^\/api\/v1\/downtime(\/\d+)?$/, collection: 'downtimes_v1' },
  { path: /^\/api\/v2\/downtime(\/[^/]+)?$/, collection: 'downtimes', member: 'data' },
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
  { path: /^\/api\/v2\/events(\/search)?$/, collection: 'events', member: 'data' },
  { path: /^\/api\/v2\/users(\/[^/]+)?$/, collection: 'users', member: 'data' },
  { path: /^\/api\/v2\/team(\/[^/]+)?$/, collection: 'teams', member: 'data' },
  { path: /^\/api\/v2\/team\/[^/]+\/links(\/[^/]+)?$/, collection: 'team_links', member: 'data' },
  { path: /^\/api\/v2\/team\/[^/]+\/memberships$/, collection: 'team_memberships', member: 'data' },
];
/** Objects that come along with others. */
const INCLUDED: Readonly<Record<string, string>> = { users: 'users', roles: 'roles', team: 'teams' };

/** What a scenario reads on a host but did not make there. */
export function seedsFor(scenario: Scenario): Seeds {
  const made = new Set<string>();
  const seeds = new Map<string, Map<string, ValueRecord>>();
  const add = (collection: string, object: ValueRecord) => {
    const id = String(object['id']);
    if (object['id'] === undefined || made.has(`${collection} ${id}`)) return;
    const held = seeds.get(collection) ?? new Map<string, ValueRecord>();
    // The one with more members tells more: lists have summaries.
    const before = held.get(id);
    if (!before || Object.keys(before).length < Object.keys(object).length) held.set(id, object);
    seeds.set(collection, held);
  };
  for (const { request, response } of scenario) {
    const { body } = response;
    if (response.status >= 300 || body === undefined) continue;
    for (const read of READS.filter(({ path }) => path.test(request.path))) {
      for (const object of objectsIn(body, read.member)) {
        if (request.method === 'POST' && read.path.test(request.path) && !/search|mute/.test(request.path))
          made.add(`${read.collection} ${String(object['id'])}`);
        add(read.collection, object);
      }
    }
    for (const object of isRecord(body) ? objectsIn(body, 'included') : []) {
      const collection = INCLUDED[String(object['type'])];
      if (collection !== undefined) add(collection, object);
    }
  }
  return Object.fromEntries([...seeds].map(([name, held]) => [name, [...held.values()]]));
}

function objectsIn(body: Value, member: string | undefined): ValueRecord[] {
  const value = member === undefined ? body : isRecord(body) ? body[member] : undefined;
  if (value === undefined) return [];
  return (isList(value) ? value : [value]).filter(isRecord);
}
