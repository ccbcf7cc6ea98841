import type { Collection } from '../collection.ts';
import { json, type EmulatorResponse } from '../../server/emulator-server.ts';
import { newUuid, type Organisation } from '../organisation.ts';
import { CREATOR, ORGANISATION } from '../people/key-owner.ts';
import { isRawObject, toNumber, type RawObject } from '../raw-json.ts';
import { DatadogError } from '../datadog-error.ts';
import type { Call, EndpointGroup } from '../route.ts';
import { stateOf } from './downtime-state.ts';
import { targetsMonitorV1 } from './downtime-target.ts';
import { readRecurrence, reschedule } from './rescheduling.ts';
import { localTime } from './wall-clock.ts';

const PATH = '/api/v1/downtime';
/** Datadog lists a downtime for half a day after its end. */
const LISTED_FOR_SECONDS = 12 * 3600;
/** A start this close to now is not in the past: the request took time to arrive. */
const START_TOLERANCE_SECONDS = 60;
const SETTINGS = ['timezone', 'mute_first_recovery_notification', 'notify_end_types', 'notify_end_states'];
/** The fields that null clears. */
const NULLABLE = ['monitor_id', 'message'];

/** Serves downtimes (v1), and the muting of everything, which is a downtime too. */
export function downtimesV1(organisation: Organisation): EndpointGroup {
  return new DowntimesV1(organisation).endpoints();
}

class DowntimesV1 {
  readonly #organisation: Organisation;
  readonly #downtimes: Collection;

  constructor(organisation: Organisation) {
    this.#organisation = organisation;
    this.#downtimes = organisation.collection('downtimes_v1');
  }

  endpoints(): EndpointGroup {
    return {
      routes: [
        { method: 'GET', path: PATH, run: (call) => this.#list(call) },
        { method: 'POST', path: PATH, run: ({ body }) => json(200, this.#create(body)) },
        { method: 'POST', path: `${PATH}/cancel/by_scope`, run: (call) => this.#cancelByScope(call) },
        {
          method: 'GET',
          path: `${PATH}/:id`,
          run: ({ params }) => json(200, this.#read(this.#find(params))),
        },
        { method: 'PUT', path: `${PATH}/:id`, run: (call) => this.#update(call) },
        { method: 'DELETE', path: `${PATH}/:id`, run: (call) => this.#delete(call) },
        { method: 'GET', path: '/api/v1/monitor/:id/downtimes', run: (call) => this.#listOfMonitor(call) },
        {
          method: 'POST',
          path: '/api/v1/monitor/mute_all',
          run: ({ body }) => json(200, this.#create({ ...body, scope: ['*'] })),
        },
        { method: 'POST', path: '/api/v1/monitor/unmute_all', run: () => this.#unmuteAll() },
      ],
      seeds: {
        // The state depends on the clock.
        downtimes_v1: ({ active: _, status: __, ...downtime }) => this.#put(downtime),
      },
    };
  }

  #create(body: RawObject): RawObject {
    const now = this.#seconds();
    const scope = scopeOf(body['scope']);
    const start = epochSeconds(body, 'start') ?? now;
    checkStart(start, now);
    const downtime: RawObject = {
      id: this.#organisation.newNumber(),
      monitor_id: null,
      org_id: ORGANISATION,
      start,
      end: epochSeconds(body, 'end') ?? null,
      canceled: null,
      created: now,
      modified: now,
      message: null,
      disabled: false,
      recurrence: readRecurrence(body['recurrence'], timezoneOf(body)),
      timezone: timezoneOf(body),
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

  #update({ params, body }: Call): EmulatorResponse {
    const before = this.#find(params);
    const scope = body['scope'] === undefined ? before['scope'] : scopeOf(body['scope']);
    const start = epochSeconds(body, 'start') ?? before['start'];
    if (start !== before['start']) checkStart(Number(start), this.#seconds());
    const zone = timezoneOf({ ...before, ...settingsIn(body) });
    const { recurrence, monitor_tags } = body;
    const after: RawObject = {
      ...before,
      start,
      end: body['end'] === undefined ? before['end'] : (epochSeconds(body, 'end') ?? null),
      ...(recurrence === undefined ? {} : { recurrence: readRecurrence(recurrence, zone) }),
      ...(monitor_tags === undefined ? {} : { monitor_tags: tagsOf(monitor_tags) }),
      scope,
      downtime_type: typeOf(scope),
      ...settingsIn(body),
      modified: this.#seconds(),
      updater_id: CREATOR.id,
    };
    this.#put(after);
    // Only the response to an update has no uuid.
    return json(200, { ...this.#read(after), uuid: null });
  }

  #delete({ params }: Call): EmulatorResponse {
    this.#cancel(this.#find(params, `Downtime ${String(params['id'])} not found`));
    return { status: 204 };
  }

  /** Cancels a downtime. Cancelling again changes nothing. */
  #cancel(downtime: RawObject): void {
    if (downtime['canceled'] !== null) return;
    const now = this.#seconds();
    this.#put({ ...downtime, canceled: now, modified: now, disabled: true, updater_id: CREATOR.id });
  }

  #list({ query }: Call): EmulatorResponse {
    const now = this.#seconds();
    const isOn = (name: string) => query.get(name)?.toLowerCase() === 'true';
    const found = this.#all()
      .filter((one) => (isOn('current_only') ? stateOf(one, now).active : isListed(one, now)))
      .toSorted((a, b) => Number(a['start']) - Number(b['start']))
      .map((one) =>
        isOn('with_creator') ? { ...this.#read(one), creator: one['creator'] ?? CREATOR } : this.#read(one),
      );
    return json(200, found);
  }

  #cancelByScope({ body }: Call): EmulatorResponse {
    const scope = scopeOf(body['scope']);
    const found = this.#all()
      .filter((one) => !isOver(one, this.#seconds()) && hasSameElements(one['scope'], scope))
      .toSorted((a, b) => Number(b['id']) - Number(a['id']));
    if (found.length === 0) throw new DatadogError(404, 'No downtimes found');
    for (const downtime of found) this.#cancel(downtime);
    return json(200, { cancelled_ids: found.map(({ id }) => id) });
  }

  #listOfMonitor({ params }: Call): EmulatorResponse {
    const monitor = this.#organisation.collection('monitors').get(params['id']);
    if (!monitor) throw new DatadogError(404, 'Monitor not found');
    return json(
      200,
      this.#active()
        .filter((one) => targetsMonitorV1(one, monitor))
        .map((one) => this.#read(one)),
    );
  }

  #unmuteAll(): EmulatorResponse {
    const muting = this.#active().filter(mutesEverything);
    if (muting.length === 0) throw new DatadogError(400, 'Monitoring is not currently globally muted');
    for (const downtime of muting) this.#cancel(downtime);
    return { status: 204 };
  }

  #seconds(): number {
    return Math.floor(this.#organisation.now() / 1000);
  }

  #all(): RawObject[] {
    reschedule(this.#organisation);
    return this.#downtimes.all();
  }

  #active(): RawObject[] {
    return this.#all().filter((one) => stateOf(one, this.#seconds()).active);
  }

  #find(params: Call['params'], notFound = 'Downtime not found'): RawObject {
    reschedule(this.#organisation);
    const downtime = this.#downtimes.get(params['id']);
    if (!downtime) throw new DatadogError(404, notFound);
    return downtime;
  }

  #put(downtime: RawObject): void {
    this.#downtimes.put(String(downtime['id']), downtime);
  }

  #read({ creator: _, ...downtime }: RawObject): RawObject {
    return { ...downtime, ...stateOf(downtime, this.#seconds()) };
  }
}

function mutesEverything({ monitor_id, monitor_tags, scope }: RawObject): boolean {
  return hasSameElements(scope, ['*']) && hasSameElements(monitor_tags, ['*']) && monitor_id === null;
}

function isOver(downtime: RawObject, now: number): boolean {
  return ['canceled', 'ended'].includes(stateOf(downtime, now).status);
}

function isListed(downtime: RawObject, now: number): boolean {
  const end = Number(downtime['canceled'] ?? downtime['end']);
  return !isOver(downtime, now) || end > now - LISTED_FOR_SECONDS;
}

function settingsIn(body: RawObject): RawObject {
  const sent = SETTINGS.filter((name) => body[name] !== undefined && body[name] !== null);
  const names = [...sent, ...NULLABLE.filter((name) => body[name] !== undefined)];
  return Object.fromEntries(names.map((name) => [name, body[name]]));
}

/** Returns the time zone of a request. Throws DatadogError for an unknown one. */
function timezoneOf({ timezone }: RawObject): string {
  const zone = String(timezone ?? 'UTC');
  localTime(0, zone);
  return zone;
}

function scopeOf(value: unknown): string[] {
  if (typeof value === 'string' && value !== '') return value.split(',').map((tag) => tag.trim());
  if (Array.isArray(value) && value.length > 0) return value.map(String);
  throw new DatadogError(400, 'Invalid scope parameter');
}

/** Returns Datadog's `downtime_type`: 0 for everything, 1 for one host, 2 for any other scope. */
function typeOf(scope: unknown): number {
  const list = Array.isArray(scope) ? scope.map(String) : [];
  if (hasSameElements(list, ['*'])) return 0;
  return list.length === 1 && list[0]?.startsWith('host:') ? 1 : 2;
}

function tagsOf(value: unknown): string[] {
  return Array.isArray(value) && value.length > 0 ? value.map(String).toSorted() : ['*'];
}

/** Reads epoch seconds, sent as a number or as a string. */
function epochSeconds(body: RawObject, name: string): number | undefined {
  const value = body[name];
  if (value === null || value === undefined) return undefined;
  const seconds = isRawObject(value) || value === '' ? Number.NaN : (toNumber(value) ?? Number(value));
  if (!Number.isInteger(seconds)) throw new DatadogError(400, `Invalid ${name} parameter`);
  return seconds;
}

function checkStart(start: number, now: number): void {
  if (start < now - START_TOLERANCE_SECONDS)
    throw new DatadogError(400, 'Scheduled downtime start cannot be in the past');
}

function hasSameElements(list: unknown, expected: readonly string[]): boolean {
  return (
    Array.isArray(list) &&
    list.length === expected.length &&
    expected.every((element) => list.includes(element))
  );
}
