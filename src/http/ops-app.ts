import type { HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import type { Metrics } from './metrics.ts';

/** What a probe asks. Liveness asks nothing of others; readiness nothing of third parties. */
export interface Health {
  /** Why this process cannot serve yet, or undefined when it can. */
  readonly notReady: () => string | undefined;
}

/** /healthz and /readyz, onto an app of its own or onto the public one. */
export function addHealth(app: Hono<{ Bindings: HttpBindings }>, health: Health): void {
  app.get('/healthz', (c) => c.json({ status: 'ok' }));
  app.get('/readyz', (c) => {
    const why = health.notReady();
    return why === undefined ? c.json({ status: 'ready' }) : c.json({ status: 'not ready', why }, 503);
  });
}

/** The ops port: probes and metrics and nothing else, in plain HTTP for kubelet and Prometheus. */
export function opsApp(health: Health, metrics: Metrics): Hono<{ Bindings: HttpBindings }> {
  const app = new Hono<{ Bindings: HttpBindings }>();
  addHealth(app, health);
  app.get('/metrics', async (c) =>
    c.text(await metrics.text(), 200, { 'content-type': 'text/plain; version=0.0.4' }),
  );
  return app;
}
