import { z } from 'zod';
import { type EmulatorResponse, type EmulatorRequest, json } from '../server/emulator-server.ts';
import { type FactSheet, type FactSheetInput, factSheetSchema } from './fact-sheets.ts';
import { runGraphql } from './graphql-run.ts';
import { LeanixTokens } from './leanix-tokens.ts';

export interface LeanixOptions {
  readonly sheets: readonly FactSheetInput[];
  readonly apiToken: string;
  /** The lifetime of an access token. */
  readonly tokenSeconds: number;
  /** The rate limit of each user, for all APIs together. */
  readonly requestsPerMinute: number;
  /** True if a 429 has `retry-after`: LeanIX may omit it. */
  readonly retryAfter: boolean;
  /** The fields of the GraphQL filter that this workspace does not support, such as `externalIds`. */
  readonly unsupportedFilters: readonly string[];
  readonly now: () => number;
}

const sheetsSchema = z.array(factSheetSchema);
const bodySchema = z.object({
  query: z.string(),
  variables: z.record(z.string(), z.unknown()).nullish(),
});

/** Creates a LeanIX workspace. `handle` returns undefined for a route that the emulator lacks. */
export function createLeanixHandler(options: LeanixOptions) {
  const { now } = options;
  const tokens = new LeanixTokens(options.apiToken, options.tokenSeconds, now);
  const checkLimit = minuteLimit(options);
  let sheets: readonly FactSheet[] = sheetsSchema.parse(options.sheets);

  function handle(request: EmulatorRequest): EmulatorResponse | undefined {
    const route = `${request.method} ${request.path}`;
    if (route === 'POST /services/mtm/v1/oauth2/token') return tokens.issue(request);
    if (route !== 'POST /services/pathfinder/v1/graphql') return undefined;
    if (!tokens.accepts(request.headers)) {
      return json(401, {
        error: 'invalid_token',
        error_description: 'The access token is invalid or expired',
      });
    }
    const rejection = checkLimit();
    if (rejection) return rejection;
    const body = bodySchema.safeParse(parsed(request.body));
    if (!body.success) return json(400, { errors: [{ message: 'The request body cannot be read' }] });
    const workspace = { sheets, unsupportedFilters: options.unsupportedFilters };
    return json(200, runGraphql(body.data.query, body.data.variables ?? {}, workspace));
  }

  /** Serves the control routes that startLeanixEmulator documents. */
  function control({ method, path, body }: EmulatorRequest): EmulatorResponse | undefined {
    if (method === 'DELETE' && path === '/__control/tokens') {
      tokens.revokeAll();
      return { status: 204 };
    }
    if (method !== 'PUT' || path !== '/__control/fact-sheets') return undefined;
    const list = sheetsSchema.safeParse(parsed(body));
    if (!list.success) return json(400, { errors: [{ message: z.prettifyError(list.error) }] });
    sheets = list.data;
    return { status: 204 };
  }

  return { handle, control };
}

/** Returns a function that counts requests per clock minute and rejects those beyond the limit. */
function minuteLimit({
  requestsPerMinute,
  retryAfter,
  now,
}: LeanixOptions): () => EmulatorResponse | undefined {
  let minute = 0;
  let requests = 0;
  return () => {
    const current = Math.floor(now() / 60_000);
    if (current !== minute) [minute, requests] = [current, 0];
    requests += 1;
    if (requests <= requestsPerMinute) return undefined;
    const secondsLeft = String(Math.ceil(((minute + 1) * 60_000 - now()) / 1000));
    return json(
      429,
      { status: 'ERROR', errors: [{ value: 'USER_INTERVAL_REQUEST_LIMIT_EXCEEDED' }] },
      retryAfter ? { 'retry-after': secondsLeft } : {},
    );
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
