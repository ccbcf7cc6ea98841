import { existsSync, readFileSync } from 'node:fs';
import { type RunningEmulator, startEmulatorServer } from '../server/emulator-server.ts';
import type { Service } from './catalog/catalog-entities.ts';
import { seed } from './datadog-control.ts';
import { createDatadogHandler } from './datadog-handler.ts';
import { LIMITS, type Limits } from './rate-limits.ts';
import { parseRaw } from './raw-json.ts';
import { persistState } from './state-file.ts';

export interface DatadogEmulatorOptions {
  /** 0 for any free one. */
  readonly port: number;
  readonly keys?: { readonly api: string; readonly app: string };
  /** What the software catalog lists. */
  readonly services?: readonly Service[];
  readonly limits?: Limits;
  /** Whether the organisation has an audit trail; it has one unless this is false. */
  readonly audit?: boolean;
  /** A file that keeps what the organisation holds from one start to the next. */
  readonly state?: string;
  /** A JSON file of objects as reads give them, by collection: taken in at the start. */
  readonly seed?: string;
  readonly control?: boolean;
  /** Epoch milliseconds. */
  readonly now?: () => number;
  readonly log?: (line: string) => void;
}

/**
 * Starts a Datadog on loopback that answers as Datadog does in 2026 (docs/emulator.md lists what). With `control`,
 * `/__control/...` sets keys, limits, the clock, seeds, and shows the state. Rejects where the port cannot be had, and
 * where a state or seed file cannot be read.
 */
export async function startDatadogEmulator(options: DatadogEmulatorOptions): Promise<RunningEmulator> {
  const { port, log, control = false, now = Date.now, audit = true } = options;
  const datadog = createDatadogHandler({
    keys: options.keys ?? { api: 'sandbox-api-key', app: 'sandbox-app-key' },
    // What was kept has them already, as far as they were not deleted.
    services: isKept(options.state) ? [] : (options.services ?? [{ name: 'checkout', team: 'checkout' }]),
    limits: options.limits ?? LIMITS,
    audit,
    now,
  });
  const closeState =
    options.state === undefined ? () => {} : persistState(datadog.organisation, options.state);
  if (options.seed !== undefined) {
    const fault = seed(datadog, parseRaw(readFileSync(options.seed, 'utf8')));
    if (fault !== undefined) throw new Error(`${options.seed}: ${fault}`);
  }
  const server = await startEmulatorServer({
    name: 'datadog',
    port,
    handle: (request) => (control && datadog.control(request)) || datadog.handle(request),
    control,
    now,
    ...(log ? { log } : {}),
  });
  return { ...server, close: () => server.close().then(closeState) };
}

function isKept(state: string | undefined): boolean {
  return state !== undefined && existsSync(state);
}
