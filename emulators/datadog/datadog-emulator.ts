import { startEmulatorServer } from '../server/emulator-server.ts';
import type { Service } from './catalog/catalog-entities.ts';
import { createDatadogHandler } from './datadog-handler.ts';
import { LIMITS, type Limits } from './rate-limits.ts';

export interface DatadogEmulatorOptions {
  /** 0 for any free one. */
  readonly port: number;
  readonly keys?: { readonly api: string; readonly app: string };
  /** What the software catalog lists. */
  readonly services?: readonly Service[];
  readonly limits?: Limits;
  readonly control?: boolean;
  readonly now?: () => number;
  readonly log?: (line: string) => void;
}

/**
 * Starts a Datadog on loopback: monitors, dashboards, the software catalog, key validation, as Datadog answers in 2026.
 * With `control`: `PUT /__control/keys {"api", "app"}`, `PUT /__control/limits`, `PUT /__control/restricted` (ids that
 * may not be edited), `GET` and `DELETE /__control/state`.
 */
export function startDatadogEmulator(options: DatadogEmulatorOptions) {
  const { port, log, control = false, now = Date.now } = options;
  const datadog = createDatadogHandler({
    keys: options.keys ?? { api: 'sandbox-api-key', app: 'sandbox-app-key' },
    services: options.services ?? [{ name: 'checkout', team: 'checkout' }],
    limits: options.limits ?? LIMITS,
    now,
  });
  return startEmulatorServer({
    name: 'datadog',
    port,
    handle: (request) => (control && datadog.control(request)) || datadog.handle(request),
    control,
    now,
    ...(log ? { log } : {}),
  });
}
