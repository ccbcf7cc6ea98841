import { json, type EmulatorResponse, type EmulatorRequest } from '../server/emulator-server.ts';
import { catalogEntities, type Service } from './catalog/catalog-entities.ts';
import { serviceDefinitions } from './catalog/service-definitions.ts';
import { dashboardLists } from './dashboards/dashboard-lists.ts';
import { dashboards } from './dashboards/dashboards.ts';
import { sharedDashboards } from './dashboards/shared-dashboards.ts';
import { type AcceptedKeys, datadogControl } from './datadog-control.ts';
import { downtimesV1 } from './downtimes/downtimes-v1.ts';
import { downtimes } from './downtimes/downtimes.ts';
import { auditEvents } from './events/audit-events.ts';
import { events } from './events/events.ts';
import { logIntake } from './events/log-intake.ts';
import { generators } from './metrics/generators.ts';
import { LivingMonitors } from './evaluation/living-monitors.ts';
import { metricIntake } from './metrics/metric-intake.ts';
import { metricQueries } from './metrics/metric-queries.ts';
import { configPolicies } from './monitor-settings/config-policies.ts';
import { monitorTemplates } from './monitor-settings/monitor-templates.ts';
import { notificationRules } from './monitor-settings/notification-rules.ts';
import { restrictionPolicies } from './monitor-settings/restriction-policies.ts';
import { monitors } from './monitors/monitors.ts';
import { Organisation } from './organisation.ts';
import { objectPages } from './pages/object-pages.ts';
import { integrations } from './people/integrations.ts';
import { roles } from './people/roles.ts';
import { teams } from './people/teams.ts';
import { users } from './people/users.ts';
import { type Limits, RateLimits } from './rate-limits.ts';
import { isRawObject, parseRaw, type RawObject } from './raw-json.ts';
import { DatadogError } from './datadog-error.ts';
import { type Call, type EndpointGroup, type Route, routeFinder } from './route.ts';
import { sloCorrections } from './slos/slo-corrections.ts';
import { sloReports } from './slos/slo-reports.ts';
import { slos } from './slos/slos.ts';
import { WriteLog } from './write-log.ts';

export interface DatadogHandlerOptions {
  readonly keys: { readonly api: string; readonly app: string };
  /** The services that the software catalog lists at the start. */
  readonly services: readonly Service[];
  readonly limits: Limits;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** True if the organisation has an audit trail. */
  readonly audit?: boolean;
  /** True if `/__control/writes` lists the accepted writes, which are never forgotten. */
  readonly control?: boolean;
}

const ENDPOINT_GROUPS: readonly ((organisation: Organisation) => EndpointGroup)[] = [
  monitors,
  dashboards,
  dashboardLists,
  sharedDashboards,
  downtimesV1,
  downtimes,
  slos,
  sloCorrections,
  sloReports,
  notificationRules,
  configPolicies,
  monitorTemplates,
  restrictionPolicies,
  serviceDefinitions,
  events,
  auditEvents,
  logIntake,
  metricIntake,
  generators,
  metricQueries,
  users,
  roles,
  teams,
  integrations,
];

const VALIDATE: Route = {
  method: 'GET',
  path: '/api/v1/validate',
  apiKeyOnly: true,
  run: () => json(200, { valid: true }),
};

/** The synthetic tests are not emulated: there are none. */
const SYNTHETICS: Route = {
  method: 'GET',
  path: '/api/v1/synthetics/tests',
  run: () => json(200, { tests: [] }),
};

/** The paths that are not emulated although a route with a parameter matches them. */
const NOT_EMULATED = new Set(['/api/v2/roles/templates', '/api/v2/team/connections', '/api/v2/team/sync']);

/** Creates an emulated Datadog: `handle` serves its API and the pages of objects, `control` what tests may set. */
export function createDatadogHandler(options: DatadogHandlerOptions) {
  const clock = { now: options.now };
  const organisation = new Organisation(() => clock.now());
  organisation.audit = options.audit ?? true;
  const groups = [
    ...ENDPOINT_GROUPS.map((endpoints) => endpoints(organisation)),
    catalogEntities(organisation, options.services),
  ];
  const acceptedKeys: AcceptedKeys = { current: options.keys };
  const limits = new RateLimits(options.limits, organisation.now);
  const routes = [VALIDATE, SYNTHETICS, ...groups.flatMap((group) => group.routes)];
  const find = routeFinder(routes);
  const pages = objectPages(organisation);
  const log = new WriteLog(organisation);
  const living = new LivingMonitors(organisation);

  function handle(request: EmulatorRequest): EmulatorResponse | undefined {
    living.catchUp();
    const match = find(request.method, request.path);
    if (!match || NOT_EMULATED.has(request.path)) return pages(request);
    const error = authorizationError(request, match.route.apiKeyOnly === true);
    if (error !== undefined) return json(403, { errors: [error] });
    const { allowed, headers } = limits.count(match.route.limit);
    if (!allowed) return json(429, { errors: ['Rate limit exceeded'] }, headers);
    const { body: text, query, headers: requestHeaders } = request;
    const call = { params: match.params, query, text, headers: requestHeaders, body: {} };
    const carryOut = () => run(match.route, call);
    const response = options.control ? log.record(request, carryOut) : carryOut();
    return { ...response, headers: { ...response.headers, ...headers } };
  }

  /** Returns Datadog's message for a request without valid keys. Some endpoints need the API key only. */
  function authorizationError({ headers }: EmulatorRequest, apiKeyOnly: boolean): string | undefined {
    if (headers['dd-api-key'] === undefined) return 'API key required';
    const { current, previous } = acceptedKeys;
    const isValid = (key: string | undefined, kind: 'api' | 'app') =>
      key === current[kind] || (previous !== undefined && key === previous[kind]);
    const hasAppKey = apiKeyOnly || isValid(headers['dd-application-key'], 'app');
    return hasAppKey && isValid(headers['dd-api-key'], 'api') ? undefined : 'Forbidden';
  }

  const answerControl = datadogControl({ organisation, groups, acceptedKeys, limits, clock, log });
  function control(request: EmulatorRequest): EmulatorResponse | undefined {
    living.catchUp();
    return answerControl(request);
  }
  return { handle, control, organisation, groups, routes, living };
}

function run(route: Route, call: Call): EmulatorResponse {
  try {
    return route.run(route.anyBody ? call : { ...call, body: bodyOf(call.text) });
  } catch (error) {
    if (error instanceof DatadogError) return json(error.status, error.body);
    throw error;
  }
}

function bodyOf(text: string): RawObject {
  if (text === '') return {};
  try {
    const body = parseRaw(text);
    if (isRawObject(body)) return body;
  } catch {}
  throw new DatadogError(400, 'Payload is not in the expected format: the body is not a JSON object');
}
