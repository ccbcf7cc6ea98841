import { json, type EmulatorAnswer, type EmulatorRequest } from '../server/emulator-server.ts';
import { catalogRoutes, type Service } from './catalog-entities.ts';
import { Dashboards } from './dashboards.ts';
import { Monitors } from './monitors.ts';
import { isRawObject, parseRaw, type RawObject } from './raw-json.ts';
import { isLimits, type Limits, RateLimits } from './rate-limits.ts';
import { Refused } from './refused.ts';
import { type Call, findRoute, type Route } from './route.ts';

export interface DatadogHandlerOptions {
  readonly keys: { readonly api: string; readonly app: string };
  readonly services: readonly Service[];
  readonly limits: Limits;
  readonly now: () => number;
}

/** Datadog's API as pure functions of its state: the routes, and what tests may set. */
export function createDatadogHandler(options: DatadogHandlerOptions) {
  let { keys } = options;
  const monitors = new Monitors(options.now);
  const dashboards = new Dashboards(options.now);
  const limits = new RateLimits(options.limits, options.now);
  const validate: Route = { method: 'GET', path: '/api/v1/validate', run: () => json(200, { valid: true }) };
  const routes: readonly Route[] = [
    validate,
    ...monitors.routes,
    ...dashboards.routes,
    ...catalogRoutes(options.services),
  ];

  function handle(request: EmulatorRequest): EmulatorAnswer | undefined {
    const found = findRoute(routes, request.method, request.path);
    const refused = whyRefused(request, found?.route === validate);
    if (refused !== undefined) return json(403, { errors: [refused] });
    if (!found) return undefined;
    const { allowed, headers } = limits.count(found.route.limit);
    if (!allowed) return json(429, { errors: ['Rate limit exceeded'] }, headers);
    const done = run(found.route, { ...request, params: found.params, body: {} }, request.body);
    return { ...done, headers: { ...done.headers, ...headers } };
  }

  /** Why the keys do not let a request in: the API key alone is asked for where Datadog does so. */
  function whyRefused({ headers }: EmulatorRequest, apiKeyAlone: boolean): string | undefined {
    if (headers['dd-api-key'] === undefined) return 'API key required';
    const app = apiKeyAlone || headers['dd-application-key'] === keys.app;
    return headers['dd-api-key'] === keys.api && app ? undefined : 'Forbidden';
  }

  const CONTROLS: Readonly<Record<string, (body: unknown) => EmulatorAnswer>> = {
    'PUT /__control/keys': (body) => {
      if (!isRawObject(body)) return { status: 400 };
      keys = { api: String(body['api'] ?? keys.api), app: String(body['app'] ?? keys.app) };
      return { status: 204 };
    },
    'PUT /__control/limits': (body) => {
      if (!isLimits(body)) return { status: 400 };
      limits.limits = { ...limits.limits, ...body };
      return { status: 204 };
    },
    'PUT /__control/restricted': (body) => {
      for (const held of [monitors, dashboards]) {
        held.restricted.clear();
        for (const id of Array.isArray(body) ? body : []) held.restricted.add(String(id));
      }
      return { status: 204 };
    },
    'GET /__control/state': () =>
      json(200, { monitors: [...monitors.held.values()], dashboards: [...dashboards.held.values()] }),
    'DELETE /__control/state': () => {
      monitors.clear();
      dashboards.clear();
      return { status: 204 };
    },
  };

  function control({ method, path, body }: EmulatorRequest): EmulatorAnswer | undefined {
    return CONTROLS[`${method} ${path}`]?.(body === '' ? undefined : parseRaw(body));
  }
  return { handle, control };
}

function run(route: Route, call: Call, text: string): EmulatorAnswer {
  try {
    return route.run({ ...call, body: bodyOf(text) });
  } catch (error) {
    if (error instanceof Refused) return json(error.status, { errors: [error.message] });
    throw error;
  }
}

function bodyOf(text: string): RawObject {
  if (text === '') return {};
  try {
    const body = parseRaw(text);
    if (isRawObject(body)) return body;
  } catch {}
  throw new Refused(400, 'Payload is not in the expected format: the body is no JSON object');
}
