import type { Metrics } from './metrics.ts';
import { textReply } from './reply.ts';
import { type Handle, routed, type Routes } from './routes.ts';

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
