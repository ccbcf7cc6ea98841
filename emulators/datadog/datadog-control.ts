import { json, type EmulatorResponse, type EmulatorRequest } from '../server/emulator-server.ts';
import { COLLECTIONS, type Organisation } from './organisation.ts';
import { isLimits, type RateLimits } from './rate-limits.ts';
import { isRawObject, parseRaw } from './raw-json.ts';
import type { EndpointGroup } from './route.ts';

interface Keys {
  readonly api: string;
  readonly app: string;
}

/** The keys that let a request in. An organisation may have several at once. */
export interface Access {
  keys: Keys;
  /** Those of before, while they are good beside the others. */
  before?: Keys;
}

export interface ControlTarget {
  readonly organisation: Organisation;
  readonly groups: readonly EndpointGroup[];
  readonly access: Access;
  readonly limits: RateLimits;
  /** Epoch milliseconds. */
  readonly clock: { now: () => number };
}

const DONE: EmulatorResponse = { status: 204 };

/** What tests may set and see of an emulated organisation, by `/__control/...`. */
export function datadogControl(controlled: ControlTarget) {
  const { organisation, access, limits, clock } = controlled;
  const controls: Readonly<Record<string, (body: unknown) => EmulatorResponse>> = {
    'PUT /__control/keys': (body) => {
      if (!isRawObject(body)) return { status: 400 };
      delete access.before;
      if (body['keep'] === true) access.before = access.keys;
      access.keys = {
        api: String(body['api'] ?? access.keys.api),
        app: String(body['app'] ?? access.keys.app),
      };
      return DONE;
    },
    'PUT /__control/limits': (body) => {
      if (!isLimits(body)) return { status: 400 };
      limits.limits = { ...limits.limits, ...body };
      return DONE;
    },
    'PUT /__control/restricted': (body) => {
      organisation.restricted.clear();
      for (const id of Array.isArray(body) ? body : []) organisation.restricted.add(String(id));
      return DONE;
    },
    'PUT /__control/clock': (body) => {
      const at = isRawObject(body) ? Date.parse(String(body['now'])) : Number.NaN;
      if (Number.isNaN(at)) return json(400, { errors: ['{"now": "2026-01-31T12:00:00Z"} is expected'] });
      clock.now = () => at;
      return DONE;
    },
    'PUT /__control/audit': (body) => {
      organisation.audit = body === true;
      return DONE;
    },
    'POST /__control/seed': (body) => {
      const fault = seed(controlled, body);
      return fault === undefined ? DONE : json(400, { errors: [fault] });
    },
    'DELETE /__control/seed': (body) => {
      for (const name of COLLECTIONS) {
        const ids = isRawObject(body) ? body[name] : undefined;
        for (const id of Array.isArray(ids) ? ids : []) organisation.collection(name).delete(String(id));
      }
      return DONE;
    },
    'GET /__control/state': () =>
      json(200, Object.fromEntries(COLLECTIONS.map((name) => [name, organisation.collection(name).all()]))),
    'DELETE /__control/state': () => {
      organisation.clear();
      return DONE;
    },
  };
  return ({ method, path, body }: EmulatorRequest): EmulatorResponse | undefined =>
    controls[`${method} ${path}`]?.(body === '' ? undefined : parseRaw(body));
}

/**
 * Takes in objects as reads give them: `{"monitors": [{"id": 1, ...}], ...}`. Gives what is wrong with them; those
 * before it are taken in.
 */
export function seed({ groups }: Pick<ControlTarget, 'groups'>, objects: unknown): string | undefined {
  if (!isRawObject(objects)) return 'a seed is an object: {"monitors": [...], "dashboards": [...], ...}';
  for (const [name, list] of Object.entries(objects)) {
    const take = groups.flatMap((f) => Object.entries(f.seeds)).find(([of]) => of === name)?.[1];
    if (!take) return `there is nothing named ${name}; known are ${seedNames(groups).join(', ')}`;
    if (!Array.isArray(list)) return `${name} is no list`;
    for (const object of list) {
      if (!isRawObject(object) || object['id'] === undefined)
        return `each of ${name} is an object with an id`;
      take(object);
    }
  }
  return undefined;
}

function seedNames(groups: readonly EndpointGroup[]): string[] {
  return groups.flatMap((f) => Object.keys(f.seeds)).toSorted();
}
