import type { Callers } from '../auth/callers.ts';
import type { Lookup } from '../catalogs/lookup.ts';
import type { Route } from '../domain/application.ts';
import { OBJECT_LIMITS } from '../format/decoded.ts';
import type { Incoming } from '../http/contract-app.ts';
import type { Reply } from '../runtime/reply.ts';
import { servePipeline } from '../http/serve-pipeline.ts';
import { createSemaphore, type Semaphore } from '../runtime/concurrency/semaphore.ts';
import { isWrite } from '../contract/operations.ts';
import type { Ledger } from '../ledger/port.ts';
import type { Ports } from '../pipeline/ports.ts';
import { addPositions } from '../pipeline/refuse.ts';
import { preflightOf } from './preflight.ts';
import type { SidecarClient } from './sidecar-client.ts';

interface Router {
  readonly callers: Callers;
  readonly lookup: (...asked: Parameters<Lookup>) => Promise<Route>;
  readonly sidecar: Pick<SidecarClient, 'forward'>;
  readonly ports: Omit<Ports, 'audit'>;
}

/** Limits for forwarding large bodies, so that other requests keep enough connections to the sidecar. */
const FORWARDED = { maxConcurrent: 2, maxConcurrentPerCaller: 1, maxWaiting: 4, maxWaitingPerCaller: 2 };

/**
 * Creates a handler that serves listed applications and forwards all other requests to the sidecar; a lint needs neither.
 * Checks the caller's permissions before it sends a request to an upstream. While a write of an application is in progress or
 * unsettled on one route, its other writes go there too, even if the catalogs have changed: only that container knows of it.
 */
export function router(at: Router): (incoming: Incoming) => Promise<Reply> {
  const forwards = createSemaphore(FORWARDED, 'large documents in progress in the sidecar');
  return async (incoming) => {
    const { context, operation, inspection } = incoming;
    if (operation.verb === 'lint' && inspection) return inspection.lint();
    const { application, route } = await routeOf(incoming, at);
    if (!isWrite(operation)) return serveOn(route, incoming, at, forwards);
    const { ledger, settleMs } = at.ports;
    const write = { application, route, holdMs: context.deadline.left() + settleMs };
    return onPinnedRoute(ledger, write, (pinned, onMayStillLand) =>
      serveOn(pinned, { ...incoming, context: { ...context, onMayStillLand } }, at, forwards),
    );
  };
}

/**
 * Serves a write on the route of the application's writes in progress, or else on `route`. Releases the route after the
 * response, or, if `serve` reports that a write may still land, after `holdMs`.
 */
export async function onPinnedRoute<Served>(
  ledger: Pick<Ledger, 'pinRoute' | 'unpinRoute'>,
  write: { readonly application: string; readonly route: Route; readonly holdMs: number },
  serve: (route: Route, onMayStillLand: () => void) => Promise<Served>,
): Promise<Served> {
  const { route, pin } = await ledger.pinRoute(write.application, write.route, write.holdMs);
  let mayStillLand = false;
  try {
    return await serve(route, () => {
      mayStillLand = true;
    });
  } finally {
    // The caller does not wait. A pin that outlives its write keeps the next one on the same route, at most until it expires.
    if (!mayStillLand) void ledger.unpinRoute(pin);
  }
}

/**
 * Serves a listed application, or forwards to the sidecar. Releases the inspection process and the memory of a request before
 * forwarding, so that a hanging sidecar does not occupy them.
 */
async function serveOn(route: Route, incoming: Incoming, at: Router, forwards: Semaphore): Promise<Reply> {
  const { context, sent, inspection } = incoming;
  incoming.routedTo(route.route);
  if (route.route === 'listed') return servePipeline(incoming, route, at.ports);
  inspection?.close();
  incoming.releaseMemory();
  const large = (sent?.bytes.length ?? 0) > OBJECT_LIMITS.bytes;
  const release = large ? await forwards.acquire(context.caller, context.deadline) : undefined;
  try {
    return await at.sidecar.forward(incoming, route.missingFrom);
  } finally {
    release?.();
  }
}

/** Returns the application and the route of a request after authorizing its caller. */
async function routeOf(
  incoming: Incoming,
  { callers, lookup }: Router,
): Promise<{ readonly application: string; readonly route: Route }> {
  const { operation, query, context, inspection, audit } = incoming;
  const found = inspection
    ? await inspection.preflight()
    : { ...preflightOf({ operation, query }), body: undefined };
  const { subject, wants, body } = found;
  const { application, aliases } = subject;
  audit.isAbout({ query, body: { application } });
  callers.authorize(context.caller, wants, body);
  return { application, route: await lookup(application, aliases, context).catch(addPositions(body)) };
}
