import type { Metrics } from './metrics.ts';
import { textReply } from './reply.ts';
import { type Handle, routed, type Routes } from './routes.ts';

/** What a probe asks. Liveness asks nothing of others; readiness nothing of third parties. */
export interface Health {
  /** Why this process cannot serve yet, or undefined when it can. */
  readonly notReady: () => string | undefined;
}

/** /healthz and /readyz, for an app of its own or the public one. */
export function healthRoutes(health: Health): Routes {
  return {
    'GET /healthz': () => textReply(200, 'application/json', '{"status":"ok"}'),
    'GET /readyz': () => {
      const why = health.notReady();
      const said = why === undefined ? { status: 'ready' } : { status: 'not ready', why };
      return textReply(why === undefined ? 200 : 503, 'application/json', JSON.stringify(said));
    },
  };
}

/** The ops port: probes and metrics and nothing else, in plain HTTP for kubelet and Prometheus. */
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
