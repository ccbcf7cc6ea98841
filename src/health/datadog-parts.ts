import { type Call, CHEAP_READ, type Request } from '../datadog/request.ts';
import type { RequestContext } from '../domain/caller.ts';
import { isObject } from '../domain/json.ts';
import { ProblemError } from '../domain/problem.ts';
import { failure, type Outcome, type Part } from './run-parts.ts';

const VALIDATE: Call = {
  method: 'GET',
  path: '/api/v1/validate',
  route: '/api/v1/validate',
  apiKeyOnly: true,
};
const HINT_BY_KEY = {
  api: 'Put a valid API key into Vault, under `datadog-api-key`; each key belongs to one organisation and one site (DATADOG_SITE).',
  app: 'Put a valid application key into Vault, under `datadog-app-key`; its owner must be active and have the permission `monitors_read`.',
};

/** Probes whether Datadog accepts the two keys of this process. */
export function datadogParts(request: Request): readonly Part[] {
  const api = once((context) => accepted(request, VALIDATE, context, 'API key', HINT_BY_KEY.api));
  return [
    { name: 'datadog_api_key', probe: api },
    {
      name: 'datadog_app_key',
      async probe(context) {
        const { state } = await api(context);
        if (state !== 'ok')
          return { state: 'skipped', detail: 'Not checked: Datadog has not accepted the API key.' };
        return accepted(request, CHEAP_READ, context, 'application key', HINT_BY_KEY.app);
      },
    },
  ];
}

async function accepted(
  request: Request,
  call: Call,
  context: RequestContext,
  key: string,
  hint: string,
): Promise<Outcome> {
  try {
    const answer = await request(call, context);
    if (isObject(answer ?? null) || Array.isArray(answer))
      return { state: 'ok', detail: `Datadog accepts the ${key}.` };
    return { state: 'failed', detail: 'Datadog sent an unexpected answer.' };
  } catch (error) {
    const rejected =
      error instanceof ProblemError &&
      (error.code === 'datadog_keys_refused' || error.code === 'datadog_forbidden');
    return rejected ? { state: 'failed', detail: `Datadog rejects the ${key}.`, hint } : failure(error);
  }
}

/** Runs a probe once and shares its outcome. */
function once(probe: (context: RequestContext) => Promise<Outcome>) {
  let outcome: Promise<Outcome> | undefined;
  return (context: RequestContext) => (outcome ??= probe(context));
}
