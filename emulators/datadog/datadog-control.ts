import { json, type EmulatorResponse, type EmulatorRequest } from '../server/emulator-server.ts';
import { mistakeInGenerator, setGenerators } from './metrics/generators.ts';
import { setStates } from './monitors/monitor-states.ts';
import { COLLECTIONS, type Organisation } from './organisation.ts';
import { isLimits, type RateLimits } from './rate-limits.ts';
import { isRawObject, parseRaw } from './raw-json.ts';
import type { EndpointGroup } from './route.ts';
import type { WriteLog } from './write-log.ts';

interface Keys {
  readonly api: string;
  readonly app: string;
}

/** The keys that authorize a request. */
export interface AcceptedKeys {
  current: Keys;
  /** The previous keys, while they stay valid beside the current ones. */
  previous?: Keys;
}

export interface ControlTarget {
  readonly organisation: Organisation;
  readonly groups: readonly EndpointGroup[];
  readonly acceptedKeys: AcceptedKeys;
  readonly limits: RateLimits;
  /** Epoch milliseconds. */
  readonly clock: { now: () => number };
  readonly log: WriteLog;
}

const DONE: EmulatorResponse = { status: 204 };

/** Serves `/__control/...`, with which tests set and read the state of an emulated organisation. */
export function datadogControl(target: ControlTarget) {
  const { organisation, acceptedKeys, limits, clock } = target;
  const controls = new Map(
    Object.entries<(body: unknown) => EmulatorResponse>({
      'PUT /__control/keys': (body) => {
        if (!isRawObject(body)) return { status: 400 };
        delete acceptedKeys.previous;
        if (body['keep'] === true) acceptedKeys.previous = acceptedKeys.current;
        acceptedKeys.current = {
          api: String(body['api'] ?? acceptedKeys.current.api),
          app: String(body['app'] ?? acceptedKeys.current.app),
        };
        return DONE;
      },
      'PUT /__control/limits': (body) => {
        if (!isLimits(body)) return { status: 400 };
        limits.limits = body;
        return DONE;
      },
      'PUT /__control/restricted': (body) => {
        organisation.restricted.clear();
        for (const id of Array.isArray(body) ? body : []) organisation.restricted.add(String(id));
        return DONE;
      },
      'PUT /__control/unreadable': (body) => {
        organisation.unreadable.clear();
        for (const id of Array.isArray(body) ? body : []) organisation.unreadable.add(String(id));
        return DONE;
      },
      'PUT /__control/clock': (body) => {
        const at = isRawObject(body) ? Date.parse(String(body['now'])) : Number.NaN;
        if (Number.isNaN(at)) return json(400, { errors: ['expected {"now": "2026-01-31T12:00:00Z"}'] });
        clock.now = () => at;
        return DONE;
      },
      'PUT /__control/audit': (body) => {
        organisation.audit = body === true;
        return DONE;
      },
      'POST /__control/seed': (body) => {
        const error = seed(target, body);
        return error === undefined ? DONE : json(400, { errors: [error] });
      },
      'DELETE /__control/seed': (body) => {
        for (const name of COLLECTIONS) {
          const ids = isRawObject(body) ? body[name] : undefined;
          for (const id of Array.isArray(ids) ? ids : []) organisation.collection(name).delete(String(id));
        }
        return DONE;
      },
      'PUT /__control/states': (body) => {
        const error = setStates(organisation, body);
        return error === undefined ? DONE : json(400, { errors: [error] });
      },
      'PUT /__control/generators': (body) => {
        const error = setGenerators(organisation, body);
        return error === undefined ? DONE : json(400, { errors: [error] });
      },
      'GET /__control/writes': () => json(200, target.log.writes),
      'GET /__control/state': () =>
        json(200, Object.fromEntries(COLLECTIONS.map((name) => [name, organisation.collection(name).all()]))),
      'DELETE /__control/state': () => {
        organisation.clear();
        return DONE;
      },
    }),
  );
  return ({ method, path, body }: EmulatorRequest): EmulatorResponse | undefined =>
    controls.get(`${method} ${path}`)?.(body === '' ? undefined : parseRaw(body));
}

/**
 * Adds objects in the form that reads return: `{"monitors": [{"id": 1, ...}], ...}`. Returns the first error, or
 * undefined; the objects before the error stay.
 */
export function seed({ groups }: Pick<ControlTarget, 'groups'>, objects: unknown): string | undefined {
  if (!isRawObject(objects)) return 'expected an object: {"monitors": [...], "dashboards": [...], ...}';
  for (const [name, list] of Object.entries(objects)) {
    const add = groups.flatMap((f) => Object.entries(f.seeds)).find(([key]) => key === name)?.[1];
    if (!add) return `unknown collection "${name}". Use one of ${seedNames(groups).join(', ')}.`;
    if (!Array.isArray(list)) return `"${name}" must be a list`;
    for (const object of list) {
      if (!isRawObject(object) || object['id'] === undefined)
        return `each item of "${name}" must be an object with an id`;
      const mistake = name === 'generators' ? mistakeInGenerator(object) : undefined;
      if (mistake !== undefined) return mistake;
      add(object);
    }
  }
  return undefined;
}

function seedNames(groups: readonly EndpointGroup[]): string[] {
  return groups.flatMap((f) => Object.keys(f.seeds)).toSorted();
}
