import { startEmulatorServer } from '../server/emulator-server.ts';
import { SANDBOX_FACT_SHEETS } from './fact-sheets.ts';
import { createLeanixHandler, type LeanixOptions } from './leanix-handler.ts';

export interface LeanixEmulatorOptions extends Partial<LeanixOptions> {
  /** 0 selects any free port. */
  readonly port: number;
  readonly control?: boolean;
  readonly log?: (line: string) => void;
}

/**
 * Starts a LeanIX workspace on loopback: the token endpoint and `allFactSheets` of GraphQL. With `control`:
 * `PUT /__control/fact-sheets` (replaces all fact sheets), `DELETE /__control/tokens` (revokes every access token).
 */
export function startLeanixEmulator(options: LeanixEmulatorOptions) {
  const { port, log, control = false, now = Date.now, ...rest } = options;
  const leanix = createLeanixHandler({
    sheets: SANDBOX_FACT_SHEETS,
    apiToken: 'sandbox-leanix-token',
    tokenSeconds: 3599,
    requestsPerMinute: 1800,
    retryAfter: true,
    unsupportedFilters: [],
    ...rest,
    now,
  });
  return startEmulatorServer({
    name: 'leanix',
    port,
    handle: (request) => (control && leanix.control(request)) || leanix.handle(request),
    control,
    now,
    ...(log ? { log } : {}),
  });
}
