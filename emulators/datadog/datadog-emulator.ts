import { existsSync, readFileSync } from 'node:fs';
import { type RunningEmulator, startEmulatorServer } from '../server/emulator-server.ts';
import type { Service } from './catalog/catalog-entities.ts';
import { seed } from './datadog-control.ts';
import { createDatadogHandler } from './datadog-handler.ts';
import { LIMITS, type Limits } from './rate-limits.ts';
import { parseRaw } from './raw-json.ts';
import { persistState } from './state-file.ts';

export interface DatadogEmulatorOptions {
  /** 0 selects any free port. */
  readonly port: number;
  readonly keys?: { readonly api: string; readonly app: string };
  /** The services that the software catalog lists. */
  readonly services?: readonly Service[];
  readonly limits?: Limits;
  /** True if the organisation has an audit trail; default true. */
  readonly audit?: boolean;
  /** The file that stores all objects from one start to the next. */
  readonly state?: string;
  /** A JSON file of objects to add at the start, by collection, in the form that reads return. */
  readonly seed?: string;
  readonly control?: boolean;
  /** Epoch milliseconds. */
  readonly now?: () => number;
  readonly log?: (line: string) => void;
}

/**
 * Starts an emulator on loopback that answers as Datadog does in 2026 (docs/emulator.md lists the endpoints). With
 * `control`, `/__control/...` sets keys, limits, clock and objects, and returns the state. Rejects if the port is
 * unavailable or a state or seed file cannot be read.
 */
export async function startDatadogEmulator(options: DatadogEmulatorOptions): Promise<RunningEmulator> {
  const { port, log, control = false, now = Date.now, audit = true } = options;
  const datadog = createDatadogHandler({
    keys: options.keys ?? { api: 'sandbox-api-key', app: 'sandbox-app-key' },
    // An existing state file already contains them, except those that were deleted.
    services: hasState(options.state) ? [] : (options.services ?? [{ name: 'checkout', team: 'checkout' }]),
    limits: options.limits ?? LIMITS,
    audit,
    control,
    now,
  });
  const closeState =
    options.state === undefined ? () => {} : persistState(datadog.organisation, options.state);
  if (options.seed !== undefined) {
    const error = seed(datadog, parseRaw(readFileSync(options.seed, 'utf8')));
    if (error !== undefined) throw new Error(`${options.seed}: ${error}`);
  }
  datadog.living.catchUpInBackground();
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

function hasState(state: string | undefined): boolean {
  return state !== undefined && existsSync(state);
}
