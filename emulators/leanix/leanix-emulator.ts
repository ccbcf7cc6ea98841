import { startEmulatorServer } from '../server/emulator-server.ts';
import { SANDBOX_FACT_SHEETS } from './fact-sheets.ts';
import { createLeanixHandler, type LeanixOptions } from './leanix-handler.ts';

export interface LeanixEmulatorOptions extends Partial<LeanixOptions> {
  /** 0 for any free one. */
  readonly port: number;
  readonly control?: boolean;
  readonly log?: (line: string) => void;
}

/**
 * Starts a LeanIX workspace on loopback: the token endpoint and GraphQL's `allFactSheets`. With `control`:
 * `PUT /__control/fact-sheets` (a list that replaces all), `DELETE /__control/tokens` (ends every access token).
 */
export function startLeanixEmulator(options: LeanixEmulatorOptions) {
  const { port, log, control = false, now = Date.now, ...rest } = options;
  const leanix = createLeanixHandler({
    sheets: SANDBOX_FACT_SHEETS,
    apiToken: 'sandbox-leanix-token',
    tokenSeconds: 3599,
    requestsPerMinute: 1800,
    retryAfter: true,
    filtersLacking: [],
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
