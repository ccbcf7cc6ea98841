import { type Call, CHEAP_READ, type Request } from '../datadog/request.ts';
import type { RequestContext } from '../domain/caller.ts';
import { isObject } from '../domain/json.ts';
import { ProblemError } from '../domain/problem.ts';
import { failure, type Outcome, type Part } from './run-parts.ts';

const VALIDATE: Call = {
  method: 'GET',
  path: '/api/v1/validate',
  route: '/api/v1/validate',
  apiKeyAlone: true,
};
const HINTS = {
  api: 'Put a valid API key into Vault, under `datadog-api-key`; a key is of one organisation and one site (DATADOG_SITE).',
  app: 'Put a valid application key into Vault, under `datadog-app-key`; its owner must be active and may read monitors (`monitors_read`).',
};

/** Whether Datadog takes the two keys of this process. */
export function datadogParts(request: Request): readonly Part[] {
  const api = once((context) => accepted(request, VALIDATE, context, 'API key', HINTS.api));
  return [
    { name: 'datadog_api_key', look: api },
    {
      name: 'datadog_app_key',
      async look(context) {
        const { state } = await api(context);
        if (state !== 'ok')
          return { state: 'skipped', detail: 'It cannot be told before the API key is accepted.' };
        return accepted(request, CHEAP_READ, context, 'application key', HINTS.app);
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
    return { state: 'failed', detail: 'Datadog answers with something else than it should.' };
  } catch (error) {
    const refused =
      error instanceof ProblemError &&
      (error.code === 'datadog_keys_refused' || error.code === 'datadog_forbidden');
    return refused ? { state: 'failed', detail: `Datadog refuses the ${key}.`, hint } : failure(error);
  }
}

/** The same answer for both who wait for it. */
function once(look: (context: RequestContext) => Promise<Outcome>) {
  let asked: Promise<Outcome> | undefined;
  return (context: RequestContext) => (asked ??= look(context));
}
