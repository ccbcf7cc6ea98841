import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Reply } from './reply.ts';

/** One request over HTTP. */
export interface Call {
  readonly method: string;
  /** Percent-decoded. */
  readonly path: string;
  readonly url: URL;
  readonly header: (name: string) => string | undefined;
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
}

export type Handle = (call: Call) => Reply | Promise<Reply>;

/** What answers, by `METHOD /path`. */
export type Routes = Readonly<Record<string, Handle>>;

/** Answers where no route does. `allow`: the methods that the path takes; empty where there is no such path. */
export type Otherwise = (call: Call, allow: readonly string[]) => Reply | Promise<Reply>;

/** Answers by the route of a request, and by `otherwise` where there is none. HEAD is a GET whose body is left out. */
export function routed(routes: Routes, otherwise: Otherwise): Handle {
  const paths = new Map<string, Map<string, Handle>>();
  for (const [route, handle] of Object.entries(routes)) {
    const [method = '', path = ''] = route.split(' ');
    const methods = paths.get(path) ?? new Map<string, Handle>();
    paths.set(path, methods.set(method, handle));
  }
  return (call) => {
    const methods = paths.get(call.path) ?? new Map<string, Handle>();
    const handle = methods.get(call.method === 'HEAD' ? 'GET' : call.method);
    if (handle) return handle(call);
    return otherwise(
      call,
      [...methods.keys()].flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])),
    );
  };
}

/** A request as routes see it. */
export function callOf(incoming: IncomingMessage, outgoing: ServerResponse): Call {
  const { method = 'GET', url: target = '/', headers } = incoming;
  // A target with a slash in front is no address, whatever comes after; a proxy's target is one (RFC 9112, 3.2).
  const url = URL.parse(target.startsWith('/') ? `${NOWHERE}${target}` : target) ?? new URL(NOWHERE);
  return {
    method,
    path: percentDecoded(url.pathname),
    url,
    header(name) {
      const value = headers[name.toLowerCase()];
      return Array.isArray(value) ? value.join(', ') : value;
    },
    incoming,
    outgoing,
  };
}

/** Which host a request names makes no difference. */
const NOWHERE = 'http://birddog.invalid';

function percentDecoded(path: string): string {
  if (!path.includes('%')) return path;
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
