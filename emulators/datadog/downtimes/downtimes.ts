import type { Collection } from '../collection.ts';
import { json, type EmulatorAnswer } from '../../server/emulator-server.ts';
import { attributesOf, held, requireUuid } from '../json-api.ts';
import { newUuid, type Organisation } from '../organisation.ts';
import { KEY_OWNER } from '../people/key-owner.ts';
import { isRawObject, type RawObject, timestamp } from '../raw-json.ts';
import { Refused } from '../refused.ts';
import type { Call, Family } from '../route.ts';
import { seedInto } from '../seed.ts';
import { readSchedule, scheduleAt } from './schedule.ts';

const PATH = '/api/v2/downtime';
const NOT_FOUND = 'Downtime not found';
const PAGE_LIMIT = 30;
const LISTED_FOR_MS = 2 * 86_400_000;
const SETTABLE = [
  'display_timezone',
  'message',
  'monitor_identifier',
  'mute_first_recovery_notification',
  'notify_end_states',
  'notify_end_types',
  'schedule',
  'scope',
];

/** Downtimes (v2). */
export function downtimes(organisation: Organisation): Family {
  return new Downtimes(organisation).family();
}

class Downtimes {
  readonly #organisation: Organisation;
  readonly #collection: Collection;

  constructor(organisation: Organisation) {
    this.#organisation = organisation;
    this.#collection = organisation.collection('downtimes');
  }

  #find({ params }: Call): RawObject {
    const id = params['downtime_id'] ?? '';
    requireUuid('downtime_id', id);
    return held(this.#collection, id, NOT_FOUND);
  }

  #read(downtime: RawObject): RawObject {
    return asOf(downtime, this.#organisation.now());
  }

  #create({ body }: Call): EmulatorAnswer {
    const now = this.#organisation.now();
    const sent = attributesOf(body);
    const id = newUuid();
    const attributes: RawObject = {
      mute_first_recovery_notification: false,
      notify_end_states: ['alert', 'no data', 'warn'],
      notify_end_types: ['expired'],
      message: null,
      ...settingsIn(sent),
      schedule: readSchedule(sent['schedule'], now),
      display_timezone: sent['display_timezone'] || 'UTC',
      created: timestamp(now),
      modified: timestamp(now),
      canceled: null,
    };
    checkScope(attributes['scope']);
    checkIdentifier(attributes['monitor_identifier']);
    this.#collection.put(id, { type: 'downtime', id, attributes });
    return json(200, written(this.#organisation, this.#read({ type: 'downtime', id, attributes })));
  }

  #update(call: Call): EmulatorAnswer {
    const before = this.#find(call);
    const now = this.#organisation.now();
    const sent = attributesOf(call.body);
    const unknown = Object.keys(sent).find((name) => !SETTABLE.includes(name));
    if (unknown !== undefined)
      throw new Refused(400, `Additional properties are not allowed ('${unknown}' was unexpected)`);
    const old = isRawObject(before['attributes']) ? before['attributes'] : {};
    const attributes: RawObject = {
      ...old,
      ...settingsIn(sent),
      ...(sent['schedule'] === undefined ? {} : { schedule: readSchedule(sent['schedule'], now) }),
      modified: timestamp(now),
    };
    if (sent['scope'] !== undefined) checkScope(sent['scope']);
    const after = { ...before, attributes };
    this.#collection.put(String(before['id']), after);
    return json(200, written(this.#organisation, this.#read(after)));
  }

  /** Cancelled, not erased: it can be read on. A second time changes nothing. */
  #cancel({ params }: Call): EmulatorAnswer {
    const id = params['downtime_id'] ?? '';
    requireUuid('downtime_id', id);
    const downtime = held(this.#collection, id, `Downtime ${id} not found`);
    const attributes = isRawObject(downtime['attributes']) ? downtime['attributes'] : {};
    if (attributes['canceled'] === null) {
      const at = timestamp(this.#organisation.now());
      this.#collection.put(id, { ...downtime, attributes: { ...attributes, canceled: at, modified: at } });
    }
    return { status: 204 };
  }

  #list({ query }: Call): EmulatorAnswer {
    const current = query.get('current_only') === 'true';
    const all = this.#collection.all().map((one) => this.#read(one));
    const wanted = all.filter((d) =>
      current ? statusOf(d) === 'active' : isRecent(d, this.#organisation.now()),
    );
    return json(200, paged(this.#organisation, wanted, query));
  }

  #ofMonitor({ params, query }: Call): EmulatorAnswer {
    const monitor = this.#organisation.collection('monitors').get(params['id']);
    if (!monitor) throw new Refused(404, `Monitor with id ${String(params['id'])} not found`);
    const matching = this.#collection
      .all()
      .map((one) => this.#read(one))
      .filter((d) => ['active', 'scheduled'].includes(statusOf(d)) && isAbout(d, monitor))
      .map(({ id, attributes }) => {
        const { scope, schedule } = isRawObject(attributes) ? attributes : {};
        const { current_downtime, start, end } = isRawObject(schedule) ? schedule : {};
        const span = isRawObject(current_downtime) ? current_downtime : { start, end };
        return { type: 'downtime_match', id, attributes: { scope, groups: [], ...span } };
      });
    return json(200, paged(this.#organisation, matching, query));
  }

  family(): Family {
    return {
      routes: [
        { method: 'GET', path: PATH, run: (call) => this.#list(call) },
        { method: 'POST', path: PATH, run: (call) => this.#create(call) },
        {
          method: 'GET',
          path: `${PATH}/:downtime_id`,
          run: (call) => {
            const { data, included } = withIncluded(
              this.#organisation,
              [this.#read(this.#find(call))],
              call.query,
            );
            return json(200, { data: data[0], ...(included ? { included } : {}) });
          },
        },
        { method: 'PATCH', path: `${PATH}/:downtime_id`, run: (call) => this.#update(call) },
        { method: 'DELETE', path: `${PATH}/:downtime_id`, run: (call) => this.#cancel(call) },
        { method: 'GET', path: '/api/v2/monitor/:id/downtime_matches', run: (call) => this.#ofMonitor(call) },
      ],
      seeds: { downtimes: seedInto(this.#collection) },
    };
  }
}

function settingsIn(sent: RawObject): RawObject {
  const names = SETTABLE.filter((name) => sent[name] !== undefined && name !== 'schedule');
  return Object.fromEntries(
    names.map((name) => [name, name === 'display_timezone' ? sent[name] || 'UTC' : sent[name]]),
  );
}

function checkScope(scope: unknown): void {
  const terms = String(scope)
    .replace(/"[^"]*"/g, 'x')
    .split(/\s+(?:AND|OR|NOT)\s+|[()]/);
  const keyless = terms
    .map((term) => term.replace(/^(?:NOT\s+|-)/, '').trim())
    .find((term) => term !== '' && term !== '*' && !term.includes(':'));
  // Within key:(a OR b) the values stand alone.
  if (typeof scope !== 'string' || (keyless !== undefined && !/:\(/.test(scope)))
    throw new Refused(400, 'All values must have a key');
}

function checkIdentifier(identifier: unknown): void {
  if (
    !isRawObject(identifier) ||
    (identifier['monitor_id'] === undefined) === (identifier['monitor_tags'] === undefined)
  )
    throw new Refused(
      400,
      'Invalid monitor_identifier: exactly one of monitor_id and monitor_tags is expected',
    );
}

/** A downtime with its state at a time (epoch milliseconds). */
function asOf(downtime: RawObject, now: number): RawObject {
  const attributes = isRawObject(downtime['attributes']) ? downtime['attributes'] : {};
  const { schedule, status } = scheduleAt(attributes, now);
  return { ...downtime, attributes: { ...attributes, schedule, status } };
}

/** What ended or was cancelled is listed for two days more. */
function isRecent(downtime: RawObject, now: number): boolean {
  const { canceled } = isRawObject(downtime['attributes']) ? downtime['attributes'] : {};
  const over = ['canceled', 'ended'].includes(statusOf(downtime));
  return !over || Date.parse(String(canceled)) > now - LISTED_FOR_MS;
}

function statusOf({ attributes }: RawObject): string {
  return isRawObject(attributes) ? String(attributes['status']) : '';
}

function isAbout({ attributes }: RawObject, monitor: RawObject): boolean {
  const identifier = isRawObject(attributes) ? attributes['monitor_identifier'] : undefined;
  if (!isRawObject(identifier)) return false;
  const { monitor_id, monitor_tags } = identifier;
  if (monitor_id !== undefined) return monitor_id === monitor['id'];
  const tags = Array.isArray(monitor['tags']) ? monitor['tags'] : [];
  return Array.isArray(monitor_tags) && monitor_tags.every((tag) => tag === '*' || tags.includes(tag));
}

const CREATED_BY = { data: { type: 'users', id: KEY_OWNER.id } };

function monitorOf({ attributes }: RawObject): RawObject {
  const identifier = isRawObject(attributes) ? attributes['monitor_identifier'] : undefined;
  const id = isRawObject(identifier) ? identifier['monitor_id'] : undefined;
  return { data: id === undefined ? null : { type: 'monitor', id: String(id) } };
}

/** What a write answers with: who made it comes along, and the monitor that it is about. */
function written(organisation: Organisation, downtime: RawObject): RawObject {
  const data = related(downtime, ['created_by', 'monitor']);
  return { data, included: includedWith(organisation, [data]) };
}

function related(downtime: RawObject, wanted: readonly string[]): RawObject {
  const own = isRawObject(downtime['relationships']) ? downtime['relationships'] : {};
  return {
    ...downtime,
    relationships: {
      ...(wanted.includes('created_by') ? { created_by: own['created_by'] ?? CREATED_BY } : {}),
      ...(wanted.includes('monitor') ? { monitor: monitorOf(downtime) } : {}),
    },
  };
}

/** The users and monitors that relationships name, once each. */
function includedWith(organisation: Organisation, data: readonly RawObject[]): RawObject[] {
  const references = data
    .flatMap(({ relationships }) => Object.values(isRawObject(relationships) ? relationships : {}))
    .flatMap((one) => (isRawObject(one) && isRawObject(one['data']) ? [one['data']] : []));
  const byId = new Map(references.map((one) => [`${String(one['type'])} ${String(one['id'])}`, one]));
  return [...byId.values()].flatMap(({ type, id }): RawObject[] => {
    if (type === 'users') return [organisation.collection('users').get(String(id)) ?? KEY_OWNER];
    const name = organisation.collection('monitors').get(String(id))?.['name'];
    return [{ type, id: Number(id), attributes: { name: name ?? null } }];
  });
}

/** `include=created_by,monitor`; a read shows neither unless asked. */
function withIncluded(organisation: Organisation, list: readonly RawObject[], query: URLSearchParams) {
  const wanted = query.get('include')?.split(',') ?? [];
  if (wanted.length === 0) return { data: list.map(({ relationships: _, ...rest }) => rest) };
  const data = list.map((downtime) => related(downtime, wanted));
  return { data, included: includedWith(organisation, data) };
}

function paged(organisation: Organisation, all: readonly RawObject[], query: URLSearchParams): RawObject {
  const offset = Number(query.get('page[offset]') ?? 0);
  const limit = Number(query.get('page[limit]') ?? PAGE_LIMIT);
  const { data, included } = withIncluded(organisation, all.slice(offset, offset + limit), query);
  return {
    data,
    ...(included ? { included } : {}),
    meta: { page: { total_filtered_count: all.length } },
  };
}
