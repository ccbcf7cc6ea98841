import { z } from 'zod';
import type { EmulatorResponse, EmulatorRequest } from '../server/emulator-server.ts';
import { type Row, type RowInput, rowSchema } from './cmdb.ts';
import { failure, tableApi } from './table-api.ts';

export interface ServicenowOptions {
  readonly rows: readonly RowInput[];
  readonly username: string;
  readonly password: string;
  /** The instance property `glide.invalid_query.returns_no_rows`. */
  readonly invalidQueryReturnsNoRows: boolean;
  /** A rate limit per clock hour; undefined for none, as on a new instance. */
  readonly requestsPerHour: number | undefined;
  readonly now: () => number;
}

const rowsSchema = z.array(rowSchema);
const modeSchema = z.object({ mode: z.enum(['awake', 'hibernating']) });

const HIBERNATING: EmulatorResponse = {
  status: 200,
  headers: { 'content-type': 'text/html;charset=UTF-8' },
  body: '<html><head><title>Instance Hibernating page</title></head><body>Your instance is hibernating.</body></html>',
};
const HOUR_MS = 3_600_000;
const RULE = 'b4d5c6e7f80910213243546576879800';

/** Creates a ServiceNow instance. `handle` returns undefined for a route that the emulator lacks. */
export function createServicenowHandler(options: ServicenowOptions) {
  const credentials = Buffer.from(`${options.username}:${options.password}`).toString('base64');
  const checkLimit = hourLimit(options);
  let rows: readonly Row[] = rowsSchema.parse(options.rows);
  let hibernating = false;

  function handle(request: EmulatorRequest): EmulatorResponse | undefined {
    if (hibernating) return HIBERNATING;
    if (request.headers['authorization'] !== `Basic ${credentials}`) {
      return failure(401, 'User Not Authenticated', 'Required to provide Auth information', {
        'www-authenticate': 'BASIC realm="Service-now"',
      });
    }
    const { rejection, headers } = checkLimit();
    if (rejection) return rejection;
    const { invalidQueryReturnsNoRows } = options;
    const response = tableApi(request, { rows, invalidQueryReturnsNoRows });
    return response && { ...response, headers: { ...response.headers, ...headers } };
  }

  /** Serves the control routes that startServicenowEmulator documents. */
  function control({ method, path, body }: EmulatorRequest): EmulatorResponse | undefined {
    if (method === 'PUT' && path === '/__control/mode') {
      const sentMode = modeSchema.safeParse(parsed(body));
      if (!sentMode.success) return failure(400, z.prettifyError(sentMode.error));
      hibernating = sentMode.data.mode === 'hibernating';
      return { status: 204 };
    }
    if (method !== 'PUT' || path !== '/__control/rows') return undefined;
    const list = rowsSchema.safeParse(parsed(body));
    if (!list.success) return failure(400, z.prettifyError(list.error));
    rows = list.data;
    return { status: 204 };
  }

  return { handle, control };
}

/** Returns a function that counts requests per clock hour. `X-RateLimit-Reset` is Unix time, unlike Datadog's. */
function hourLimit({ requestsPerHour, now }: ServicenowOptions) {
  let hour = 0;
  let requests = 0;
  return (): { rejection?: EmulatorResponse; headers: Record<string, string> } => {
    if (requestsPerHour === undefined) return { headers: {} };
    const current = Math.floor(now() / HOUR_MS);
    if (current !== hour) [hour, requests] = [current, 0];
    requests += 1;
    const reset = ((hour + 1) * HOUR_MS) / 1000;
    const headers = {
      'x-ratelimit-limit': String(requestsPerHour),
      'x-ratelimit-reset': String(reset),
      'x-ratelimit-rule': RULE,
    };
    if (requests <= requestsPerHour) return { headers };
    const rejectionHeaders = { ...headers, 'retry-after': String(Math.ceil(reset - now() / 1000)) };
    const detail = `Rate limit of ${requestsPerHour} requests per hour for Table API exceeded`;
    return { rejection: failure(429, 'Rate limit exceeded', detail, rejectionHeaders), headers };
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
