import type { Call, Request } from '../datadog/request.ts';
import type { RequestContext } from '../domain/caller.ts';
import { ProblemError } from '../domain/problem.ts';
import { failure, healthy, type Outcome, type Probe, type ProbeDeps } from './probe.ts';

interface Scope {
  /** The scope of the application key, and the permission of its owner. */
  readonly name: string;
  readonly feature: string;
  /** The part of `birddog check` that names the scope if the key lacks it. */
  readonly part: string;
  /** What Birddog cannot do without it, and a read that needs only this scope: for the part `scopes`. */
  readonly probed?: { readonly without: string; readonly call: Call };
}

const read = (path: string, query: Call['query']): Call => ({
  method: 'GET',
  path,
  route: path,
  ...(query ? { query } : {}),
});
const AUDIT = '/api/v2/audit/events/search';

/** Every scope of the application keys that a feature needs. A test compares docs/vault.md with this table. */
export const SCOPES: readonly Scope[] = [
  {
    name: 'monitors_read',
    feature:
      'everything: reading, planning and validating monitors and alerts, with policies and notification rules',
    part: 'datadog_app_key',
  },
  { name: 'monitors_write', feature: 'creating, changing and deleting monitors and alerts', part: 'create' },
  {
    name: 'dashboards_read',
    feature: 'reading and planning dashboards',
    part: 'scopes',
    probed: { without: 'read dashboards', call: read('/api/v1/dashboard', { start: '0', count: '1' }) },
  },
  {
    name: 'dashboards_write',
    feature: 'creating, changing and deleting dashboards',
    part: 'create_dashboard',
  },
  {
    name: 'monitors_downtime',
    feature: 'the downtimes in the state of monitors and in previews',
    part: 'scopes',
    probed: { without: 'show downtimes', call: read('/api/v2/downtime', { 'page[limit]': '1' }) },
  },
  {
    name: 'audit_logs_read',
    feature: 'the author of a change in plans and drift reports',
    part: 'scopes',
    probed: {
      without: 'name the author of a change',
      call: {
        method: 'POST',
        path: AUDIT,
        route: AUDIT,
        body: { filter: { query: '@asset.type:monitor', from: 'now-1m' }, page: { limit: 1 } },
        readOnly: true,
      },
    },
  },
  { name: 'timeseries_query', feature: 'series of metrics in previews', part: 'preview' },
  { name: 'logs_read_data', feature: 'series of logs in previews', part: 'preview' },
  { name: 'events_read', feature: 'real transitions in previews', part: 'preview' },
  {
    name: 'apm_service_catalog_read',
    feature: "lookups of applications in Datadog's software catalog; only Birddog's key",
    part: 'catalog_datadog',
  },
  {
    name: 'user_access_read',
    feature: 'users as known recipients, with `BIRDDOG_HANDLES=datadog`',
    part: 'handles',
  },
  {
    name: 'teams_read',
    feature: 'teams as known recipients, with `BIRDDOG_HANDLES=datadog`',
    part: 'handles',
  },
  {
    name: 'integrations_read',
    feature: 'channels and services as known recipients, with `BIRDDOG_HANDLES=datadog`',
    part: 'handles',
  },
];

/** How long (ms) an outcome is cached: without and with a fault. */
const [HEALTHY_MS, FAULT_MS] = [600_000, 60_000];

/** Returns the probe of the scopes that no other part needs. Without them, everything else works. */
export function scopesProbe({
  datadog: { request },
  now,
}: Pick<ProbeDeps, 'now'> & { readonly datadog: { readonly request: Request } }): Probe {
  let cached: { readonly outcome: Outcome; readonly until: number } | undefined;
  return {
    name: 'scopes',
    requires: {
      name: 'datadog_app_key',
      detail: 'Not checked: Datadog has not accepted the application key.',
    },
    hint: 'Give the application key the scopes, and its owner the permissions, that the detail names (docs/vault.md).',
    async probe(context) {
      if (cached && now() < cached.until) return cached.outcome;
      const outcome = await readAll(request, context);
      cached = { outcome, until: now() + (outcome.state === 'ok' ? HEALTHY_MS : FAULT_MS) };
      return outcome;
    },
  };
}

async function readAll(request: Request, context: RequestContext): Promise<Outcome> {
  try {
    const lacks = await Promise.all(
      SCOPES.map(async ({ name, probed }) =>
        probed && (await isDenied(request, probed.call, context))
          ? [`without the scope ${name}, Birddog cannot ${probed.without}`]
          : [],
      ),
    );
    const faults = lacks.flat();
    if (faults.length === 0)
      return healthy('The application key has the scopes of every feature that reads.');
    return { state: 'warning', detail: `The application key lacks scopes: ${faults.join('; ')}.` };
  } catch (error) {
    return failure(error);
  }
}

async function isDenied(request: Request, call: Call, context: RequestContext): Promise<boolean> {
  try {
    await request(call, context);
    return false;
  } catch (error) {
    if (error instanceof ProblemError && error.code === 'datadog_forbidden') return true;
    throw error;
  }
}
