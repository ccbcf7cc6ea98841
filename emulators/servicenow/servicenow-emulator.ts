import { startEmulatorServer } from '../server/emulator-server.ts';
import { SANDBOX_ROWS } from './cmdb.ts';
import { createServicenowHandler, type ServicenowOptions } from './servicenow-handler.ts';

export interface ServicenowEmulatorOptions extends Partial<ServicenowOptions> {
  /** 0 selects any free port. */
  readonly port: number;
  readonly control?: boolean;
  readonly log?: (line: string) => void;
}

/**
 * Starts a ServiceNow instance on loopback: reads of the Table API. With `control`: `PUT /__control/mode`
 * (`{"mode": "hibernating"}` or `"awake"`), `PUT /__control/rows` (replaces all rows).
 */
export function startServicenowEmulator(options: ServicenowEmulatorOptions) {
  const { port, log, control = false, now = Date.now, ...rest } = options;
  const servicenow = createServicenowHandler({
    rows: SANDBOX_ROWS,
    username: 'sandbox-user',
    password: 'sandbox-password',
    invalidQueryReturnsNoRows: false,
    requestsPerHour: undefined,
    ...rest,
    now,
  });
  return startEmulatorServer({
    name: 'servicenow',
    port,
    handle: (request) => (control && servicenow.control(request)) || servicenow.handle(request),
    control,
    now,
    ...(log ? { log } : {}),
  });
}
