import type { Clock } from '../domain/clock.ts';
import type { Log } from './log.ts';
import { type Health, opsApp } from './ops-app.ts';
import type { Metrics } from './metrics.ts';
import { type RunningServer, type ServerCertificate, type ServerOptions, startServer } from './server.ts';

export interface Service {
  /** URL of the API. */
  readonly url: string;
  /** URL of the health probes and metrics. */
  readonly opsUrl: string;
  /** Uses a new certificate for new API connections. Throws Error if the certificate is invalid. */
  renew(certificate: ServerCertificate): void;
  /** Waits for requests in progress, then closes all resources. */
  stop(): Promise<void>;
}

export interface ServiceOptions {
  readonly server: ServerOptions;
  readonly ops: { readonly host: string; readonly port: number };
  readonly health: Health;
  readonly metrics: Metrics;
  /** Resources to close after the servers, in reverse order. */
  readonly resources: readonly { close(): void }[];
}

/** Dependencies of a process besides its configuration. */
export interface Deps {
  readonly clock: Clock;
  readonly log: Log;
}

/** Starts the two servers of a process. If a port cannot be opened, stops everything and rejects. */
export async function startService(options: ServiceOptions): Promise<Service> {
  const started: RunningServer[] = [];
  const stop = async () => {
    await Promise.all(started.map((s) => s.close()));
    for (const resource of options.resources.toReversed()) resource.close();
  };
  try {
    const ops = await startServer({ ...options.ops, app: opsApp(options.health, options.metrics) });
    started.push(ops);
    const contract = await startServer(options.server);
    started.push(contract);
    return { url: contract.url, opsUrl: ops.url, renew: contract.renew, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
