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

/** Answers by the route of a request, and by `otherwise` where there is none. HEAD is a GET whose body is left out. */
export function routed(routes: Routes, otherwise: Handle): Handle {
  const known = new Map(Object.entries(routes));
  return (call) => {
    const method = call.method === 'HEAD' ? 'GET' : call.method;
    return (known.get(`${method} ${call.path}`) ?? otherwise)(call);
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
