import type { Collection } from '../collection.ts';
import { json, type EmulatorResponse } from '../../server/emulator-server.ts';
import { attributesOf, requireUuid, sentAttributes } from '../json-api.ts';
import { newUuid, type Organisation } from '../organisation.ts';
import { isRawObject, type RawObject, equalJson, timestamp } from '../raw-json.ts';
import { DatadogError } from '../datadog-error.ts';
import type { Call, EndpointGroup } from '../route.ts';
import { seedById } from '../collection.ts';
import { checkSettings, SETTABLE } from './downtime-checks.ts';
import { targetsMonitor } from './downtime-target.ts';
import { withIncluded, writeResponse } from './related-objects.ts';
import { readSchedule, scheduleAt } from './schedule.ts';

const PATH = '/api/v2/downtime';
const NOT_FOUND = 'Downtime not found';
const PAGE_LIMIT = 30;
/** Datadog lists a downtime for two days after its end. */
const LISTED_FOR_MS = 2 * 86_400_000;
/** The values of omitted and null settings. */
const DEFAULTS: RawObject = {
  mute_first_recovery_notification: false,
  notify_end_states: ['alert', 'no data', 'warn'],
  notify_end_types: ['expired'],
  message: null,
};

/** Serves downtimes (v2). */
export function downtimes(organisation: Organisation): EndpointGroup {
  return new Downtimes(organisation).endpoints();
}

class Downtimes {
  readonly #organisation: Organisation;
  readonly #downtimes: Collection;

  constructor(organisation: Organisation) {
    this.#organisation = organisation;
    this.#downtimes = organisation.collection('downtimes');
  }

  endpoints(): EndpointGroup {
    return {
      routes: [
        { method: 'GET', path: PATH, run: (call) => this.#list(call) },
        { method: 'POST', path: PATH, run: (call) => this.#create(call) },
        { method: 'GET', path: `${PATH}/:downtime_id`, run: (call) => this.#get(call) },
        { method: 'PATCH', path: `${PATH}/:downtime_id`, run: (call) => this.#update(call) },
        { method: 'DELETE', path: `${PATH}/:downtime_id`, run: (call) => this.#cancel(call) },
        {
          method: 'GET',
          path: '/api/v2/monitor/:id/downtime_matches',
          run: (call) => this.#listMatches(call),
        },
      ],
      seeds: { downtimes: seedById(this.#downtimes) },
    };
  }

  #create({ body }: Call): EmulatorResponse {
    const now = this.#organisation.now();
    const sent = sentAttributes(body);
    checkSettings(sent, true);
    const id = newUuid();
    const schedule = readSchedule(sent['schedule'], sent['display_timezone'], now);
    const attributes: RawObject = {
      ...DEFAULTS,
      display_timezone: schedule['timezone'] ?? 'UTC',
      ...settingsIn(sent),
      schedule,
      created: timestamp(now),
      modified: timestamp(now),
      canceled: null,
    };
    if (hasStart(sent['schedule'])) this.#checkDuplicates(attributes);
    this.#downtimes.put(id, { type: 'downtime', id, attributes });
    return json(200, writeResponse(this.#organisation, this.#read({ type: 'downtime', id, attributes })));
  }

  #update(call: Call): EmulatorResponse {
    const before = this.#find(call);
    const now = this.#organisation.now();
    const sent = sentAttributes(call.body);
    checkSettings(sent, false);
    const { schedule } = sent;
    const attributes: RawObject = {
      ...attributesOf(before),
      ...settingsIn(sent),
      ...(schedule === undefined ? {} : { schedule: readSchedule(schedule, sent['display_timezone'], now) }),
      modified: timestamp(now),
    };
    const after = { ...before, attributes };
    this.#downtimes.put(String(before['id']), after);
    return json(200, writeResponse(this.#organisation, this.#read(after)));
  }

  #get(call: Call): EmulatorResponse {
    const found = [this.#read(this.#find(call))];
    const { data, ...included } = withIncluded(this.#organisation, found, call.query);
    return json(200, { data: data[0], ...included });
  }

  /** Cancels a downtime, which stays readable. Cancelling again changes nothing. */
  #cancel(call: Call): EmulatorResponse {
    const downtime = this.#find(call, `Downtime ${String(call.params['downtime_id'])} not found`);
    if (statusOf(this.#read(downtime)) === 'canceled') return { status: 204 };
    const now = timestamp(this.#organisation.now());
    const attributes = { ...attributesOf(downtime), canceled: now, modified: now };
    this.#downtimes.put(String(downtime['id']), { ...downtime, attributes });
    return { status: 204 };
  }

  #list({ query }: Call): EmulatorResponse {
    const current = query.get('current_only')?.toLowerCase() === 'true';
    const listed = this.#all().filter((one) =>
      current ? statusOf(one) === 'active' : isListed(one, this.#organisation.now()),
    );
    return this.#paged(listed, query);
  }

  #listMatches({ params, query }: Call): EmulatorResponse {
    const monitor = this.#organisation.collection('monitors').get(params['id']);
    if (!monitor) throw new DatadogError(404, `Monitor with id ${String(params['id'])} not found`);
    const matches = this.#all()
      .filter((one) => statusOf(one) === 'active' && targetsMonitor(one, monitor))
      .map((one) => ({
        type: 'downtime_match',
        id: one['id'],
        attributes: { scope: attributesOf(one)['scope'], groups: ['total'], ...spanOf(one) },
      }));
    return this.#paged(matches, query);
  }

  #paged(all: readonly RawObject[], query: URLSearchParams): EmulatorResponse {
    const offset = Number(query.get('page[offset]') ?? 0);
    const limit = Number(query.get('page[limit]') ?? PAGE_LIMIT);
    const page = withIncluded(this.#organisation, all.slice(offset, offset + limit), query);
    return json(200, { ...page, meta: { page: { total_filtered_count: all.length } } });
  }

  /** Rejects a duplicate of a downtime that is not over. */
  #checkDuplicates(attributes: RawObject): void {
    const settings = (one: RawObject) => {
      const { scope, monitor_identifier, schedule } = one;
      const { current_downtime: _, ...times } = isRawObject(schedule) ? schedule : {};
      return { scope, monitor_identifier, times };
    };
    const duplicates = this.#all()
      .filter((one) => !isOver(one) && equalJson(settings(attributesOf(one)), settings(attributes)))
      .map(({ id }) => `'${String(id)}'`);
    if (duplicates.length > 0)
      throw new DatadogError(
        400,
        `The downtime being created is a duplicate of one or more existing downtimes: [${duplicates.join(', ')}]`,
      );
  }

  #all(): RawObject[] {
    return this.#downtimes.all().map((one) => this.#read(one));
  }

  #find({ params }: Call, notFound = NOT_FOUND): RawObject {
    const id = params['downtime_id'] ?? '';
    requireUuid('downtime_id', id);
    const downtime = this.#downtimes.get(id);
    if (!downtime) throw new DatadogError(404, notFound);
    return downtime;
  }

  /** Returns a downtime with its current state. */
  #read(downtime: RawObject): RawObject {
    const attributes = attributesOf(downtime);
    return {
      ...downtime,
      attributes: { ...attributes, ...scheduleAt(attributes, this.#organisation.now()) },
    };
  }
}

function settingsIn(sent: RawObject): RawObject {
  const sentNames = SETTABLE.filter((name) => name !== 'schedule' && sent[name] !== undefined);
  const settings = Object.fromEntries(sentNames.map((name) => [name, sent[name] ?? DEFAULTS[name]]));
  return 'display_timezone' in settings
    ? { ...settings, display_timezone: settings['display_timezone'] || 'UTC' }
    : settings;
}

/** Returns whether a schedule has a start. Downtimes that start now are never duplicates. */
function hasStart(schedule: unknown): boolean {
  const { start, recurrences } = isRawObject(schedule) ? schedule : {};
  return typeof start === 'string' || Array.isArray(recurrences);
}

function statusOf(downtime: RawObject): string {
  return String(attributesOf(downtime)['status']);
}

function isOver(downtime: RawObject): boolean {
  return ['canceled', 'ended'].includes(statusOf(downtime));
}

function isListed(downtime: RawObject, now: number): boolean {
  const end = attributesOf(downtime)['canceled'] ?? spanOf(downtime)['end'];
  return !isOver(downtime) || Date.parse(String(end)) > now - LISTED_FOR_MS;
}

/** Returns the start and end of a downtime; of a recurring one, those of the occurrence that its schedule shows. */
function spanOf(downtime: RawObject): RawObject {
  const schedule = attributesOf(downtime)['schedule'];
  const { current_downtime, start, end } = isRawObject(schedule) ? schedule : {};
  return isRawObject(current_downtime) ? current_downtime : { start, end };
}
