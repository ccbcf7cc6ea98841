import type { GrantCalls } from '../domain/call-grants.ts';
import type { Clock } from '../domain/clock.ts';
import type { DowntimesPort, RulesPort, SeriesPort, TransitionsPort } from '../preview/ports.ts';
import type { Outbound } from '../runtime/outbound.ts';
import type { AuditTrail, MonitorValidator, ObjectPort, Policies } from '../pipeline/ports.ts';
import { auditTrail } from './audit-trail.ts';
import { type Budget, createBudget } from './budget.ts';
import { dashboardPort } from './dashboards.ts';
import { downtimesPort } from './downtimes.ts';
import { createHealth, type DatadogHealth } from './health.ts';
import type { KeySource } from './keys.ts';
import { transitionsPort } from './monitor-events.ts';
import { monitorPort } from './monitors.ts';
import { rulesPort } from './notification-rules.ts';
import { configPolicies } from './policies.ts';
import { createRequest, type Request } from './request.ts';
import type { DatadogTarget } from './sites.ts';
import { seriesPort } from './timeseries.ts';
import { monitorValidator } from './validate-monitor.ts';

export interface DatadogOptions extends DatadogTarget {
  readonly keys: KeySource;
  readonly outbound: Outbound;
  readonly clock: Clock;
  /** Share (percent) of each rate limit that Birddog uses; default all. */
  readonly budgetShare?: number;
  /** Grants calls from the budget that all processes share; undefined if this process has its own. */
  readonly grantCalls?: GrantCalls | undefined;
  /** From 0 to 1, for the jitter of retries. */
  readonly random?: () => number;
}

export interface Datadog {
  readonly objects: { readonly monitor: ObjectPort; readonly dashboard: ObjectPort };
  readonly auditTrail: AuditTrail;
  readonly policies: Policies;
  readonly validator: MonitorValidator;
  readonly series: SeriesPort;
  readonly transitions: TransitionsPort;
  readonly rules: RulesPort;
  readonly downtimes: DowntimesPort;
  /** Calls any other endpoint with the same keys, budget and retries. */
  readonly request: Request;
  /** The rate limits seen in responses. */
  readonly budget: Pick<Budget, 'remaining' | 'limits'>;
  /** The outcomes of recent calls. */
  readonly health: DatadogHealth;
}

/** Creates a client of Datadog's API. Objects are raw JSON, with unknown fields preserved. */
export function createDatadog(options: DatadogOptions): Datadog {
  const budget = createBudget(options.clock, options.budgetShare, options.grantCalls);
  const health = createHealth(options.clock);
  const request = createRequest({ random: Math.random, ...options, budget, health });
  return {
    objects: {
      monitor: monitorPort(request, options.uiUrl),
      dashboard: dashboardPort(request, options.uiUrl),
    },
    auditTrail: auditTrail(request, options.clock),
    policies: configPolicies(request, options.clock),
    validator: monitorValidator(request, options.clock),
    series: seriesPort(request),
    transitions: transitionsPort(request),
    rules: rulesPort(request, options.clock),
    downtimes: downtimesPort(request),
    request,
    budget,
    health,
  };
}
