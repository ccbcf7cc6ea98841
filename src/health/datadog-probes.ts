import type { Datadog } from '../datadog/datadog.ts';
import { type Call, CHEAP_READ, type Request } from '../datadog/request.ts';
import { isObject } from '../domain/json.ts';
import { ProblemError } from '../domain/problem.ts';
import { failure, healthy, type Probe, type ProbeDeps, type RunProbe } from './probe.ts';

interface DatadogParts extends ProbeDeps {
  readonly datadog: Pick<Datadog, 'request' | 'health' | 'budget'>;
}

/** Interval (ms) at which unused keys are validated. */
const KEYS_EVERY_MS = 300_000;
const VALIDATE: Call = {
  method: 'GET',
  path: '/api/v1/validate',
  route: '/api/v1/validate',
  apiKeyOnly: true,
};

/** Returns the probes of Datadog: its two keys, its availability and its rate limits. */
export function datadogProbes(parts: DatadogParts): readonly Probe[] {
  const readMonitor = probeKey(parts.datadog.request, CHEAP_READ, {
    key: 'application key',
    hint: 'Put a valid application key into Vault, under `datadog-app-key`; its owner must be active and have the permission `monitors_read`.',
  });
  return [...keyProbes(parts, readMonitor), availabilityProbe(parts, readMonitor), budgetProbe(parts)];
}

function keyProbes({ datadog, afterMs }: DatadogParts, readMonitor: RunProbe): readonly Probe[] {
  const { request, health } = datadog;
  return [
    {
      name: 'datadog_api_key',
      probe: probeKey(request, VALIDATE, {
        key: 'API key',
        hint: 'Put a valid API key into Vault, under `datadog-api-key`; each key belongs to one organisation and one site (DATADOG_SITE).',
      }),
    },
    {
      name: 'datadog_app_key',
      requires: {
        name: 'datadog_api_key',
        detail: 'Not checked: Datadog has not accepted the API key.',
      },
      probe: readMonitor,
      hint: 'Put valid keys into Vault.',
      incident: {
        code: 'datadog_keys_refused',
        // Each container has its own keys.
        scope: 'container',
        title: 'Datadog rejects the keys',
        effect: 'Birddog can neither read nor write.',
        notifyAfterMs: afterMs,
        fault: () =>
          health.keysRefused()
            ? { detail: 'Datadog rejects the API key or the application key.' }
            : undefined,
        refresh: readMonitor,
        refreshEveryMs: KEYS_EVERY_MS,
      },
      metrics: [
        {
          type: 'gauge',
          name: 'birddog_datadog_keys_refused',
          help: '1 while Datadog rejects the keys.',
          read: () => (health.keysRefused() ? 1 : 0),
        },
      ],
    },
  ];
}

function availabilityProbe({ datadog: { health }, afterMs }: DatadogParts, readMonitor: RunProbe): Probe {
  return {
    name: 'datadog',
    hint: "Check Datadog's status page, then the proxy and the egress rules of the pod.",
    incident: {
      code: 'datadog_unavailable',
      scope: 'installation',
      title: 'Datadog is unavailable',
      notifyAfterMs: afterMs,
      fault() {
        const detail = health.unavailable();
        return detail === undefined ? undefined : { detail };
      },
      refresh: readMonitor,
    },
    metrics: [
      {
        type: 'counter',
        name: 'birddog_datadog_retries_total',
        help: 'Retried Datadog calls, by the HTTP status of the failed attempt, or "connection" when no response arrived.',
        label: 'reason',
        read: health.retries,
      },
    ],
  };
}

function budgetProbe({ datadog: { health, budget }, now, afterMs }: DatadogParts): Probe {
  return {
    name: 'datadog_budget',
    hint: 'Find the heaviest user with `datadog.apis.usage.per_user` in Datadog, and the busiest callers in the Birddog log.',
    incident: {
      code: 'datadog_budget_exhausted',
      scope: 'installation',
      title: 'A Datadog rate limit is exhausted',
      notifyAfterMs: 5 * afterMs,
      fault() {
        const at = health.lastBudgetRefusalAt();
        return at !== undefined && now() - at < afterMs
          ? { detail: 'A rate limit allows no further call before the deadline of the request.' }
          : undefined;
      },
    },
    metrics: [
      {
        type: 'gauge',
        name: 'birddog_datadog_budget_left',
        help: 'Calls remaining in the current period of each Datadog rate limit.',
        label: 'limit',
        read: budget.remaining,
      },
      {
        type: 'gauge',
        name: 'birddog_datadog_budget_limit',
        help: 'Calls allowed per period by each Datadog rate limit.',
        label: 'limit',
        read: budget.limits,
      },
      {
        type: 'counter',
        name: 'birddog_datadog_budget_refusals_total',
        help: 'Calls abandoned because a Datadog rate limit allowed none before the deadline.',
        read: health.budgetRefusals,
      },
    ],
  };
}

/** Returns a probe of whether Datadog accepts a key, which answers `call`. */
function probeKey(
  request: Request,
  call: Call,
  { key, hint }: { readonly key: string; readonly hint: string },
): RunProbe {
  return async (context) => {
    try {
      const answer = await request(call, context);
      if (!isObject(answer ?? null) && !Array.isArray(answer))
        return { state: 'failed', detail: 'Datadog sent an unexpected answer.', hint: '' };
      return healthy(`Datadog accepts the ${key}.`);
    } catch (error) {
      return isRejection(error)
        ? { state: 'failed', detail: `Datadog rejects the ${key}.`, hint }
        : failure(error);
    }
  };
}

function isRejection(error: unknown): boolean {
  return (
    error instanceof ProblemError &&
    (error.code === 'datadog_keys_refused' || error.code === 'datadog_forbidden')
  );
}
