import type { Clock } from '../domain/clock.ts';
import type { Log } from './log.ts';
import { type Health, opsApp } from './ops-app.ts';
import type { Metrics } from './metrics.ts';
import { type RunningServer, type ServerCertificate, type ServerOptions, startServer } from './server.ts';

export interface Service {
  /** Where the contract is served. */
  readonly url: string;
  /** Where probes and metrics are served. */
  readonly opsUrl: string;
  /** Uses another certificate for new connections of the contract. Throws Error where it is none. */
  renew(certificate: ServerCertificate): void;
  /** Lets requests under way end, then frees everything. */
  stop(): Promise<void>;
}

export interface ServiceOptions {
  readonly server: ServerOptions;
  readonly ops: { readonly host: string; readonly port: number };
  readonly health: Health;
  readonly metrics: Metrics;
  /** What to free after the servers have ended, last first. */
  readonly resources: readonly { close(): void }[];
}

/** What a process is handed besides its configuration. */
export interface Deps {
  readonly clock: Clock;
  readonly log: Log;
}

/** Starts a process's two servers. Rejects, with nothing left running, where a port cannot be had. */
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
