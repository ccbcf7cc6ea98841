import type { Callers } from '../auth/callers.ts';
import type { Lookup } from '../catalogs/lookup.ts';
import type { Route } from '../domain/application.ts';
import { OBJECT_LIMITS } from '../format/decoded.ts';
import type { Incoming } from '../http/contract-app.ts';
import type { Reply } from '../runtime/reply.ts';
import { servePipeline, serveReadAll } from '../http/serve-pipeline.ts';
import { createSemaphore, type Semaphore } from '../runtime/concurrency/semaphore.ts';
import { isOffline, isWrite } from '../contract/operations.ts';
import { ProblemError } from '../domain/problem.ts';
import type { Ledger } from '../ledger/port.ts';
import type { Ports } from '../pipeline/ports.ts';
import { addPositions } from '../pipeline/refuse.ts';
import { preflightOf } from './preflight.ts';
import type { SidecarClient } from './sidecar-client.ts';

/** Maximum number of other applications from which one document takes objects: each is looked up in the catalogs. */
const MAX_SOURCES = 20;

interface Router {
  readonly callers: Callers;
  readonly lookup: (...asked: Parameters<Lookup>) => Promise<Route>;
  readonly sidecar: Pick<SidecarClient, 'forward'>;
  readonly ports: Omit<Ports, 'audit'>;
}

/** Limits for forwarding large bodies, so that other requests keep enough connections to the sidecar. */
const FORWARDED = { maxConcurrent: 2, maxConcurrentPerCaller: 1, maxWaiting: 4, maxWaitingPerCaller: 2 };

/** Limits for lists of all applications: each holds up to 1,000 monitors of Datadog's list, and its page. */
const LISTED = { maxConcurrent: 2, maxConcurrentPerCaller: 1, maxWaiting: 64, maxWaitingPerCaller: 8 };

/**
 * Creates a handler that serves listed applications and forwards all other requests to the sidecar; a lint needs neither, and a
 * list of all applications is served here.
 * Checks the caller's permissions before it sends a request to an upstream. While a write of an application is in progress or
 * unsettled on one route, its other writes go there too, even if the catalogs have changed: only that container knows of it.
 */
export function router(at: Router): (incoming: Incoming) => Promise<Reply> {
  const forwards = createSemaphore(FORWARDED, 'large documents in progress in the sidecar');
  const lists = createSemaphore(LISTED, 'lists of all applications in progress');
  return async (incoming) => {
    const { context, operation, inspection } = incoming;
    if (isOffline(operation) && inspection) return inspection.answer();
    if (operation.verb === 'get' && incoming.query.application === undefined)
      return listAll(incoming, at, lists);
    const { application, route, sources } = await routeOf(incoming, at);
    if (!isWrite(operation)) return serveOn(route, incoming, at, forwards);
    const { ledger, settleMs } = at.ports;
    const holdMs = context.deadline.left() + settleMs;
    return onPinnedRoute(ledger, { application, route, holdMs }, (pinned, onMayStillLand) =>
      onRouteOfSources(
        { target: application, route: pinned, sources, holdMs },
        at,
        onMayStillLand,
        (mayStillLand) =>
          serveOn(
            pinned,
            { ...incoming, context: { ...context, onMayStillLand: mayStillLand } },
            at,
            forwards,
          ),
      ),
    );
  };
}

/** Lists the objects of all applications that the caller may read, on both routes, with the keys of this container. */
async function listAll(incoming: Incoming, { callers, ports }: Router, lists: Semaphore): Promise<Reply> {
  const { caller, deadline } = incoming.context;
  const mayRead = callers.readable(caller);
  const release = await lists.acquire(caller, deadline);
  try {
    return await serveReadAll(incoming, mayRead, ports);
  } finally {
    release();
  }
}

/** A write that takes objects from other applications. */
interface Move {
  readonly target: string;
  readonly route: Route;
  readonly sources: readonly Source[];
  readonly holdMs: number;
}

/** An application from which a write takes objects. */
interface Source {
  readonly application: string;
  readonly route: Route;
}

/**
 * Serves a write while the writes of the applications from which it takes objects go on the same route. Throws
 * `rename_across_routes` if one goes on the other route and the containers do not share their ledger: neither would know what the
 * other writes.
 */
async function onRouteOfSources<Served>(
  { sources, ...move }: Move,
  at: Router,
  onMayStillLand: () => void,
  serve: (onMayStillLand: () => void) => Promise<Served>,
): Promise<Served> {
  const [source, ...others] = sources;
  if (!source) return serve(onMayStillLand);
  const { ledger } = at.ports;
  return onPinnedRoute(ledger, { ...source, holdMs: move.holdMs }, (route, sourceMayStillLand) => {
    const isShared = ledger.readings().database === 'PostgreSQL';
    if (route.route !== move.route.route && !isShared) throw acrossRoutes(source.application, move.target);
    const eitherMayStillLand = () => {
      onMayStillLand();
      sourceMayStillLand();
    };
    return onRouteOfSources({ ...move, sources: others }, at, eitherMayStillLand, serve);
  });
}

function acrossRoutes(source: string, target: string): ProblemError {
  return new ProblemError(
    'rename_across_routes',
    `An object of "${source}" cannot be renamed into "${target}": only one of the two applications is listed in every catalog, so each is served by another container, and with SQLite each container has its own ledger.`,
  );
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
    return await at.sidecar.forward(incoming, route.missingFrom, route.notChecked);
  } finally {
    release?.();
  }
}

/** Returns the application and the route of a request after authorizing its caller. */
async function routeOf(
  incoming: Incoming,
  { callers, lookup }: Router,
): Promise<Source & { readonly sources: readonly Source[] }> {
  const { operation, query, context, inspection, audit } = incoming;
  const found = inspection
    ? await inspection.preflight()
    : { ...preflightOf({ operation, query }), body: undefined };
  const { subject, wants, body } = found;
  const { application, aliases } = subject;
  audit.isAbout({ query, body: { application } });
  callers.authorize(context.caller, wants, body);
  const route = await lookup(application, aliases, context).catch(addPositions(body));
  const names = new Set(wants.flatMap((one) => (one.isSource ? [one.application] : [])));
  if (names.size > MAX_SOURCES)
    throw new ProblemError(
      'too_large',
      `The document renames objects of ${names.size} other applications; the maximum is ${MAX_SOURCES}.`,
      {
        members: { unit: 'applications', limit: MAX_SOURCES, measured: names.size },
      },
    );
  if (!isWrite(operation)) return { application, route, sources: [] };
  const sources = [...names].sort().map(async (name) => ({
    application: name,
    route: await lookup(name, {}, context).catch(addPositions(body)),
  }));
  return { application, route, sources: await Promise.all(sources) };
}
