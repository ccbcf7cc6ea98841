import type { Collection } from '../collection.ts';
import { json, type EmulatorAnswer } from '../../server/emulator-server.ts';
import { newUuid, type Organisation } from '../organisation.ts';
import { CREATOR, ORGANISATION } from '../people/key-owner.ts';
import { isRawObject, type RawObject } from '../raw-json.ts';
import { Refused } from '../refused.ts';
import type { Call, Family } from '../route.ts';
import { seedInto } from '../seed.ts';

const PATH = '/api/v1/downtime';
const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const TYPES = ['days', 'weeks', 'months', 'years', 'rrule'];
const SETTINGS = [
  'monitor_id',
  'message',
  'timezone',
  'mute_first_recovery_notification',
  'notify_end_types',
  'notify_end_states',
];

/** Downtimes by their old API, and muting of everything, which is one. */
export function downtimesV1(organisation: Organisation): Family {
  return new DowntimesV1(organisation).family();
}

class DowntimesV1 {
  readonly #organisation: Organisation;
  readonly #downtimes: Collection;

  constructor(organisation: Organisation) {
    this.#organisation = organisation;
    this.#downtimes = organisation.collection('downtimes_v1');
  }

  #seconds() {
    return Math.floor(this.#organisation.now() / 1000);
  }

  #put(downtime: RawObject): void {
    return this.#downtimes.put(String(downtime['id']), downtime);
  }

  #read(downtime: RawObject): RawObject {
    return { ...downtime, ...stateOf(downtime, this.#seconds()) };
  }

  #create(body: RawObject): RawObject {
    const now = this.#seconds();
    const scope = scopeOf(body['scope']);
    const downtime: RawObject = {
      id: this.#organisation.newNumber(),
      monitor_id: null,
      org_id: ORGANISATION,
      start: epoch(body['start']) ?? now,
      end: epoch(body['end']) ?? null,
      canceled: null,
      created: now,
      modified: now,
      message: null,
      disabled: false,
      recurrence: recurrenceOf(body['recurrence']),
      timezone: 'UTC',
      parent_id: null,
      child_id: null,
      creator_id: CREATOR.id,
      updater_id: null,
      monitor_tags: tagsOf(body['monitor_tags']),
      mute_first_recovery_notification: false,
      notify_end_types: ['expired'],
      notify_end_states: ['alert', 'no data', 'warn'],
      uuid: newUuid(),
      scope,
      downtime_type: typeOf(scope),
      ...settingsIn(body),
    };
    this.#put(downtime);
    return this.#read(downtime);
  }

  #update({ params, body }: Call): EmulatorAnswer {
    const { active: _, status: __, ...before } = this.#find(params);
    const scope = body['scope'] === undefined ? before['scope'] : scopeOf(body['scope']);
    const after: RawObject = {
      ...before,
      start: epoch(body['start']) ?? before['start'],
      end: epoch(body['end']) ?? before['end'],
      ...(body['recurrence'] === undefined ? {} : { recurrence: recurrenceOf(body['recurrence']) }),
      ...(body['monitor_tags'] === undefined ? {} : { monitor_tags: tagsOf(body['monitor_tags']) }),
      scope,
      downtime_type: typeOf(scope),
      ...settingsIn(body),
      modified: this.#seconds(),
      updater_id: CREATOR.id,
    };
    this.#put(after);
    // The answer to an update alone has no uuid.
    return json(200, { ...this.#read(after), uuid: null });
  }

  #find(params: Call['params'], words = 'Downtime not found'): RawObject {
    const downtime = this.#downtimes.get(params['id']);
    if (!downtime) throw new Refused(404, words);
    return downtime;
  }

  /** A second time changes nothing. */
  #cancel({ active: _, status: __, ...downtime }: RawObject): void {
    if (downtime['canceled'] !== null) return;
    const now = this.#seconds();
    this.#put({ ...downtime, canceled: now, modified: now, disabled: true, updater_id: CREATOR.id });
  }

  #list({ query }: Call): EmulatorAnswer {
    const shown = this.#downtimes.all().map((one) => this.#read(one));
    const current = query.get('current_only')?.toLowerCase() === 'true';
    const found = shown.filter(({ active }) => active === true || !current);
    return json(
      200,
      query.get('with_creator') === 'true' ? found.map(withCreator) : found.map(withoutCreator),
    );
  }

  #cancelByScope({ body }: Call): EmulatorAnswer {
    const scope = scopeOf(body['scope']);
    const found = this.#downtimes.all().filter((d) => d['canceled'] === null && sameList(d['scope'], scope));
    if (found.length === 0) throw new Refused(404, 'No downtimes found');
    for (const downtime of found) this.#cancel(downtime);
    return json(200, { cancelled_ids: found.map(({ id }) => id).toReversed() });
  }

  #ofMonitor({ params }: Call): EmulatorAnswer {
    const monitor = this.#organisation.collection('monitors').get(params['id']);
    if (!monitor) throw new Refused(404, 'Monitor not found');
    const found = this.#downtimes
      .all()
      .map((one) => this.#read(one))
      .filter((d) => isUnderWay(d) && coversMonitor(d, monitor));
    return json(200, found.map(withoutCreator));
  }

  #unmuteAll(): EmulatorAnswer {
    const muting = this.#downtimes
      .all()
      .filter((d) => this.#read(d)['active'] === true && isForEverything(d));
    if (muting.length === 0) throw new Refused(400, 'Monitoring is not currently globally muted');
    for (const downtime of muting) this.#cancel(downtime);
    return { status: 204 };
  }

  family(): Family {
    return {
      routes: [
        { method: 'GET', path: PATH, run: (call) => this.#list(call) },
        { method: 'POST', path: PATH, run: ({ body }) => json(200, this.#create(body)) },
        { method: 'POST', path: `${PATH}/cancel/by_scope`, run: (call) => this.#cancelByScope(call) },
        {
          method: 'GET',
          path: `${PATH}/:id`,
          run: ({ params }) => json(200, withoutCreator(this.#read(this.#find(params)))),
        },
        { method: 'PUT', path: `${PATH}/:id`, run: (call) => this.#update(call) },
        {
          method: 'DELETE',
          path: `${PATH}/:id`,
          run: ({ params }) => {
            this.#cancel(this.#find(params, `Downtime ${String(params['id'])} not found`));
            return { status: 204 };
          },
        },
        { method: 'GET', path: '/api/v1/monitor/:id/downtimes', run: (call) => this.#ofMonitor(call) },
        {
          method: 'POST',
          path: '/api/v1/monitor/mute_all',
          run: ({ body }) => json(200, this.#create({ ...body, scope: ['*'] })),
        },
        { method: 'POST', path: '/api/v1/monitor/unmute_all', run: () => this.#unmuteAll() },
      ],
      seeds: { downtimes_v1: seedInto(this.#downtimes) },
    };
  }
}

/** Whether a downtime lasts, and its state in a word, at a time in epoch seconds. */
export function stateOf(downtime: RawObject, now: number): { active: boolean; status: string } {
  const [start, end] = [Number(downtime['start']), downtime['end']];
  const { active, status } = downtime;
  // One that was seeded with its state keeps it until it is changed.
  if (typeof active === 'boolean' && typeof status === 'string') return { active, status };
  if (downtime['canceled'] !== null) return { active: false, status: 'canceled' };
  if (start > now) return { active: false, status: 'scheduled' };
  const ended = typeof end === 'number' && end <= now && downtime['recurrence'] === null;
  return ended ? { active: false, status: 'ended' } : { active: true, status: 'active' };
}

/** Whether a downtime is about a monitor, by its id or by all of its tags. */
export function coversMonitor(downtime: RawObject, monitor: RawObject): boolean {
  const { monitor_id, monitor_tags } = downtime;
  if (monitor_id !== null && monitor_id !== undefined) return monitor_id === monitor['id'];
  const tags = Array.isArray(monitor['tags']) ? monitor['tags'] : [];
  return Array.isArray(monitor_tags) && monitor_tags.every((tag) => tag === '*' || tags.includes(tag));
}

function isForEverything(downtime: RawObject): boolean {
  return (
    sameList(downtime['scope'], ['*']) &&
    sameList(downtime['monitor_tags'], ['*']) &&
    downtime['monitor_id'] === null
  );
}

function isUnderWay({ status }: RawObject): boolean {
  return status !== 'canceled' && status !== 'ended';
}

function withoutCreator({ creator: _, ...downtime }: RawObject): RawObject {
  return downtime;
}

function withCreator(downtime: RawObject): RawObject {
  return { ...downtime, creator: downtime['creator'] ?? CREATOR };
}

function settingsIn(body: RawObject): RawObject {
  const sent = SETTINGS.filter((name) => body[name] !== undefined && body[name] !== null);
  return Object.fromEntries(sent.map((name) => [name, body[name]]));
}

function scopeOf(value: unknown): string[] {
  if (typeof value === 'string' && value !== '') return value.split(',');
  if (Array.isArray(value) && value.length > 0) return value.map(String);
  throw new Refused(400, 'Invalid scope parameter');
}

/** 0 for everything, 1 for one host, 2 for any other scope. */
function typeOf(scope: unknown): number {
  const list = Array.isArray(scope) ? scope.map(String) : [];
  if (sameList(list, ['*'])) return 0;
  return list.length === 1 && list[0]?.startsWith('host:') ? 1 : 2;
}

function tagsOf(value: unknown): string[] {
  return Array.isArray(value) && value.length > 0 ? value.map(String).toSorted() : ['*'];
}

/** Epoch seconds, which may come as text. */
function epoch(value: unknown): number | undefined {
  return value === null || value === undefined ? undefined : Number(value);
}

function recurrenceOf(value: unknown): RawObject | null {
  if (!isRawObject(value)) return null;
  const { type, period, week_days, until_occurrences, until_date, rrule } = value;
  if (until_occurrences && until_date)
    throw new Refused(400, 'You must provide only provide one of (until_occurrences, until_date)');
  if (!TYPES.includes(String(type))) throw new Refused(400, 'Invalid recurrence type');
  if (Array.isArray(week_days) && !week_days.every((day) => DAYS.includes(String(day)))) {
    throw new Refused(400, 'Invalid set of days in week_days. Be sure that the first letter is capitalized.');
  }
  return {
    type,
    period: period ?? null,
    week_days: week_days ?? null,
    until_occurrences: until_occurrences ?? null,
    until_date: until_date ?? null,
    ...(rrule === undefined ? {} : { rrule }),
  };
}

function sameList(a: unknown, b: readonly string[]): boolean {
  return Array.isArray(a) && a.length === b.length && a.every((item, at) => item === b[at]);
}
