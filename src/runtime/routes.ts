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

/** Handlers by `METHOD /path`. */
export type Routes = Readonly<Record<string, Handle>>;

/** Handles requests without a route. `allow` lists the methods of the path; it is empty for an unknown path. */
export type Otherwise = (call: Call, allow: readonly string[]) => Reply | Promise<Reply>;

/** Returns a handler that dispatches by route, and to `otherwise` if no route matches. HEAD is handled as GET without a body. */
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

/** Returns a request in the form that handlers get. */
export function callOf(incoming: IncomingMessage, outgoing: ServerResponse): Call {
  const { method = 'GET', url: target = '/', headers } = incoming;
  // A target that begins with a slash is a path; a target for a proxy is an absolute URL (RFC 9112, 3.2).
  const url = URL.parse(target.startsWith('/') ? `${BASE_URL}${target}` : target) ?? new URL(BASE_URL);
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

/** Stands in for the host, which routes ignore. */
const BASE_URL = 'http://birddog.invalid';

function percentDecoded(path: string): string {
  if (!path.includes('%')) return path;
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
