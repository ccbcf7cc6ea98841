import http from 'node:http';
import https from 'node:https';
import type { Deadline } from '../domain/deadline.ts';
import { collectBytes } from './collect-bytes.ts';
import { JSON_LINES } from './streamed-reply.ts';

/** The common proxy variables. The settings resolve lower-case spellings. */
export interface ProxySettings {
  readonly HTTPS_PROXY?: string;
  readonly NO_PROXY?: string;
}

/** A CA bundle (PEM) that replaces the system's, and an optional client certificate. */
export interface OutboundTls {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly servername?: string;
}

export interface OutboundOptions {
  readonly proxy?: ProxySettings;
  readonly tls?: OutboundTls;
  /** Maximum sockets per host; default 32. */
  readonly sockets?: number;
}

export interface OutboundRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: URL;
  /** The path without ids, for metrics. */
  readonly endpoint?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  readonly deadline: Deadline;
  /** Maximum size of the response; default 64 MiB. */
  readonly maxBytes?: number;
  /** Called with each line but the last of a streamed response; if it throws, there is no response. Its last line is the body, and its trailers are headers. */
  readonly onLine?: (line: string) => void;
}

export interface OutboundAnswer {
  readonly status: number;
  /** Header names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** A request without a response. `sent` is false only if the request certainly did not reach the peer. */
export class OutboundError extends Error {
  readonly sent: boolean;
  readonly reason: 'timeout' | 'too_large' | 'connection';

  constructor(reason: 'timeout' | 'too_large' | 'connection', sent: boolean, cause?: unknown) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : reason;
    super(`no answer (${code})`, { cause });
    this.name = 'OutboundError';
    this.sent = sent;
    this.reason = reason;
  }
}

export interface Outbound {
  /** Sends a request and returns the full response of any status. Throws OutboundError if there is no response. */
  send(request: OutboundRequest): Promise<OutboundAnswer>;
  close(): void;
}

export interface RenewableOutbound extends Outbound {
  /** Uses new TLS material for new connections. Requests in progress finish on their existing connections. */
  renew(tls: OutboundTls): void;
}

const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

/** Creates an HTTP client with persistent connections. It does not follow redirects: no API that Birddog calls uses them. */
export function createOutbound(options: OutboundOptions = {}): RenewableOutbound {
  const agentOptions = {
    keepAlive: true,
    maxSockets: options.sockets ?? 32,
    ...(options.proxy ? { proxyEnv: { ...options.proxy } } : {}),
  };
  const plain = new http.Agent(agentOptions);
  let secure = new https.Agent({ ...agentOptions, ...options.tls });
  return {
    send: (request) => exchange(request, request.url.protocol === 'https:' ? secure : plain),
    renew(tls) {
      drain(secure);
      secure = new https.Agent({ ...agentOptions, ...tls });
    },
    close() {
      plain.destroy();
      secure.destroy();
    },
  };
}

/** Closes idle connections now, and the others when their request ends. */
function drain(agent: https.Agent): void {
  agent.maxFreeSockets = 0;
  for (const sockets of Object.values(agent.freeSockets))
    for (const socket of sockets ?? []) socket.destroy();
}

function exchange(request: OutboundRequest, agent: http.Agent): Promise<OutboundAnswer> {
  const secure = request.url.protocol === 'https:';
  const limit = request.maxBytes ?? MAX_ANSWER_BYTES;
  return new Promise((resolve, reject) => {
    let sent = false;
    let responded = false;
    const fail = (reason: OutboundError['reason'], cause?: unknown) => {
      reject(new OutboundError(reason, sent, cause));
      outgoing.destroy();
    };
    const onAbort = () => fail('timeout');
    const outgoing = (secure ? https : http).request(request.url, {
      method: request.method,
      agent,
      headers: {
        ...request.headers,
        ...(request.body === undefined ? {} : { 'content-length': String(Buffer.byteLength(request.body)) }),
      },
    });
    outgoing.on('socket', (socket) => {
      if (outgoing.reusedSocket || !socket.connecting) sent = true;
      else socket.once(secure ? 'secureConnect' : 'connect', () => (sent = true));
    });
    outgoing.on('error', (error) => fail('connection', error));
    outgoing.on('close', () => {
      request.deadline.signal.removeEventListener('abort', onAbort);
      // After 101 Switching Protocols there is neither a response nor an error.
      if (!responded) fail('connection');
    });
    outgoing.on('response', (incoming) => {
      responded = true;
      const { onLine } = request;
      const streams = onLine && incoming.headers['content-type'] === JSON_LINES;
      let collector = collectBytes();
      incoming.on('data', (received: Buffer) => {
        let chunk = received;
        const end = streams ? received.lastIndexOf('\n') : -1;
        if (streams && end >= 0) {
          collector.add(received.subarray(0, end));
          const lines = collector.bytes().toString().split('\n');
          collector = collectBytes();
          try {
            for (const line of lines) onLine(line);
          } catch (error) {
            fail('connection', error);
          }
          chunk = received.subarray(end + 1);
        }
        if (collector.size() + chunk.length > limit || !collector.add(chunk)) fail('too_large');
      });
      incoming.on('error', (error) => fail('connection', error));
      incoming.on('end', () =>
        resolve({
          status: incoming.statusCode ?? 0,
          headers: flatHeaders(streams ? { ...incoming.headers, ...incoming.trailers } : incoming.headers),
          body: collector.bytes(),
        }),
      );
    });
    if (request.deadline.signal.aborted) return onAbort();
    request.deadline.signal.addEventListener('abort', onAbort, { once: true });
    outgoing.end(request.body);
  });
}

function flatHeaders(headers: http.IncomingHttpHeaders): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) flat[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return flat;
}

/** One attempt of a request to an upstream, and its outcome. */
export interface Exchange {
  /** The path without ids, so that there are few values. */
  readonly endpoint: string;
  readonly method: string;
  /** The HTTP status, or the reason why there was no response. */
  readonly status: string;
  readonly seconds: number;
}

/** Wraps an outbound and reports every exchange to `report`. `endpoint` is the default for requests without one. */
export function observed(
  outbound: Outbound,
  endpoint: string,
  report: (exchange: Exchange) => void,
): Outbound {
  return {
    async send(request) {
      const begun = performance.now();
      const end = (status: string) =>
        report({
          endpoint: request.endpoint ?? endpoint,
          method: request.method,
          status,
          seconds: (performance.now() - begun) / 1000,
        });
      try {
        const answer = await outbound.send(request);
        end(String(answer.status));
        return answer;
      } catch (error) {
        end(error instanceof OutboundError ? error.reason : 'failed');
        throw error;
      }
    },
    close: () => outbound.close(),
  };
}
