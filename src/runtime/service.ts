import type { Clock } from '../domain/clock.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';
import { type RunningServer, type ServerCertificate, type ServerOptions, startServer } from './server.ts';
import { textReply } from './reply.ts';
import { type Handle, routed, type Routes } from './routes.ts';
import type { Shutdown } from './shutdown.ts';

export interface Service {
  /** URL of the API. */
  readonly url: string;
  /** URL of the health probes and metrics. */
  readonly opsUrl: string;
  /** Uses a new certificate for new API connections. Throws Error if the certificate is invalid. */
  renew(certificate: ServerCertificate): void;
  /** Runs the phases of the shutdown, then closes all resources. `hurry` ends the phase in which requests are still served. */
  stop(hurry: AbortSignal): Promise<void>;
}

export interface ServiceOptions {
  readonly server: ServerOptions;
  readonly ops: { readonly host: string; readonly port: number };
  readonly shutdown: Shutdown;
  readonly health: Health;
  readonly metrics: Metrics;
  /** Resources to close after the servers, in reverse order. */
  readonly resources: readonly { close(): void | Promise<void> }[];
}

/** Dependencies of a process besides its configuration. */
export interface Deps {
  readonly clock: Clock;
  readonly log: Log;
}

/** Starts the two servers of a process. If a port cannot be opened, stops everything and rejects. */
export async function startService(options: ServiceOptions): Promise<Service> {
  const { shutdown, health, metrics } = options;
  const { phases } = shutdown;
  const started: RunningServer[] = [];
  // The ops port closes after the API, so that probes are answered to the end.
  const close = async () => {
    for (const server of started.toReversed()) await server.close();
    for (const resource of options.resources.toReversed()) await resource.close();
  };
  try {
    const ops = await startServer({ ...options.ops, app: opsApp(health, metrics), phases });
    started.push(ops);
    const contract = await startServer({ ...options.server, phases });
    started.push(contract);
    const stop = async (hurry: AbortSignal) => {
      await shutdown.run(contract.idle, hurry);
      await close();
    };
    return { url: contract.url, opsUrl: ops.url, renew: contract.renew, stop };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The state behind the health probes. Liveness depends on nothing else, readiness on no third party. */
export interface Health {
  /** Returns why this process cannot serve, or undefined if it can. */
  readonly notReady: () => string | undefined;
}

/** Returns the routes /healthz and /readyz. */
export function healthRoutes(health: Health): Routes {
  return {
    'GET /healthz': () => textReply(200, 'application/json', '{"status":"ok"}'),
    'GET /readyz': () => {
      const why = health.notReady();
      const body = why === undefined ? { status: 'ready' } : { status: 'not ready', why };
      return textReply(why === undefined ? 200 : 503, 'application/json', JSON.stringify(body));
    },
  };
}

/** Returns the app of the ops port: health probes and metrics over plain HTTP, for the kubelet and Prometheus. */
export function opsApp(health: Health, metrics: Metrics): Handle {
  return routed(
    {
      ...healthRoutes(health),
      'GET /metrics': async () => textReply(200, 'text/plain; version=0.0.4', await metrics.text()),
    },
    (_call, allow) =>
      allow.length === 0
        ? textReply(404, 'text/plain', 'Not found.\n')
        : { status: 405, headers: { allow: allow.join(', ') }, body: '' },
  );
}
