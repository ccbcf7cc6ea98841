import { constants } from 'node:crypto';
import http from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { SecureContextOptions, TLSSocket } from 'node:tls';
import { type Connections, createConnections } from './connections.ts';
import { problemReply, type Reply, textReply } from './reply.ts';
import { requestIdOf } from './request-context.ts';
import { headFault } from './request-faults.ts';
import { type Call, callOf, type Handle } from './routes.ts';
import { SECURITY_HEADERS } from './security-headers.ts';

export interface ServerOptions {
  readonly host: string;
  readonly port: number;
  readonly app: Handle;
  /** TLS 1.2 or later. */
  readonly tls?: ServerCertificate;
  /** Mutual TLS 1.3: who has no certificate of `ca` for `clientUri` gets no connection. */
  readonly mutualTls?: ServerCertificate & { readonly ca: string; readonly clientUri: string };
  /** For how long (ms) the rest of a body that was not wanted is read and thrown away after the answer. */
  readonly lingerMs?: number;
}

/** PEM texts: a server's own certificate and key, and the CAs of those whom it lets in, where it asks. */
export interface ServerCertificate {
  readonly cert: string;
  readonly key: string;
  readonly ca?: string;
}

export interface RunningServer {
  readonly url: string;
  /** Uses another certificate for new connections; those that are open stay. Throws Error where it is none. */
  renew(certificate: ServerCertificate): void;
  /** Takes no new connection, lets requests under way end within `graceMs`, then cuts. */
  close(graceMs?: number): Promise<void>;
}

/** Limits on clients; times in ms. A body has the request's own deadline besides. */
const LIMITS = {
  headersTimeout: 10_000,
  requestTimeout: 610_000,
  keepAliveTimeout: 65_000,
  connectionsCheckingInterval: 5000,
  maxHeaderSize: 16 * 1024,
  // `headFault` checks this, and how many headers there are.
  requireHostHeader: false,
  insecureHTTPParser: false,
};

/** Starts a server. Rejects with the system's error where the port cannot be had. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const connections = createConnections(options.lingerMs ?? LINGER);
  const listener: http.RequestListener = (incoming, outgoing) =>
    connections.inOrder(incoming, outgoing, () =>
      // An answer that HTTP cannot say ends its connection alone.
      answer(options, connections, incoming, outgoing).catch(() => void outgoing.destroy()),
    );
  const certificate = options.mutualTls ?? options.tls;
  const server = certificate
    ? https.createServer(
        {
          ...LIMITS,
          handshakeTimeout: LIMITS.headersTimeout,
          ...contextOf(options, certificate),
          requestCert: options.mutualTls !== undefined,
          rejectUnauthorized: true,
        },
        listener,
      )
    : http.createServer(LIMITS, listener);
  // Node would drop the rest without a word; `headFault` counts them.
  server.maxHeadersCount = 0;
  server.on('checkContinue', listener);
  server.on('checkExpectation', listener);
  server.on('clientError', connections.failed);
  server.on('connect', (_incoming, socket: Duplex) => socket.destroy());
  const uri = options.mutualTls?.clientUri;
  if (uri !== undefined) {
    server.on('secureConnection', (socket: TLSSocket) => {
      if (!namesUri(socket, uri)) socket.destroy();
    });
  }
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen(options.port, options.host, resolve);
  await promise;
  const address = server.address();
  return {
    url: `${certificate ? 'https' : 'http'}://${hostPort(address)}`,
    renew(next) {
      if (server instanceof https.Server) server.setSecureContext(contextOf(options, next));
    },
    close: (graceMs = 5000) => close(server, graceMs),
  };
}

/** Long enough (ms) for a client to see that it is answered while it still sends. */
const LINGER = 5000;

async function answer(
  { app, lingerMs = LINGER }: ServerOptions,
  connections: Connections,
  incoming: http.IncomingMessage,
  outgoing: http.ServerResponse,
): Promise<void> {
  const { status, headers, body } = await replyOf(app, callOf(incoming, outgoing));
  const closes = connections.closeIfLast(incoming, outgoing);
  if (!closes && !incoming.complete && !incoming.destroyed) linger(incoming, outgoing, lingerMs);
  outgoing.writeHead(status, { ...SECURITY_HEADERS, ...headers, 'content-length': Buffer.byteLength(body) });
  outgoing.end(body);
}

async function replyOf(app: Handle, call: Call): Promise<Reply> {
  const fault = headFault(call.incoming);
  if (fault) return problemReply(fault, requestIdOf(call.header));
  try {
    return await app(call);
  } catch {
    return textReply(500, 'text/plain', 'Something happened that is not foreseen.\n');
  }
}

/**
 * A connection that is closed while its client sends is reset, and may take the answer with it. So it stays open, also for
 * a client that wants no other answer, until the rest of the body has come and been thrown away, but not for ever.
 */
function linger(incoming: http.IncomingMessage, outgoing: http.ServerResponse, ms: number): void {
  const stays = outgoing.shouldKeepAlive;
  outgoing.shouldKeepAlive = true;
  const cut = setTimeout(() => incoming.destroy(), ms);
  incoming.once('close', () => {
    clearTimeout(cut);
    if (!stays) incoming.socket.end();
  });
}

/** What of TLS goes with a certificate, and is given anew with each. */
function contextOf({ mutualTls }: ServerOptions, { cert, key, ca }: ServerCertificate): SecureContextOptions {
  return {
    cert,
    key,
    ...(ca === undefined ? {} : { ca }),
    minVersion: mutualTls ? 'TLSv1.3' : 'TLSv1.2',
    // A ticket would let a client in again without its certificate. Sessions are not kept here either: none is resumed.
    secureOptions: constants.SSL_OP_NO_TICKET,
  };
}

/** Whether the client's certificate, which the CA has signed, is for this URI. */
function namesUri(socket: TLSSocket, uri: string): boolean {
  const names = socket.getPeerCertificate().subjectaltname ?? '';
  return socket.authorized && names.split(', ').includes(`URI:${uri}`);
}

function hostPort(address: AddressInfo | string | null): string {
  if (address === null || typeof address === 'string') throw new TypeError('a server listens on a port');
  return address.family === 'IPv6'
    ? `[${address.address}]:${address.port}`
    : `${address.address}:${address.port}`;
}

function close(server: http.Server, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => server.closeAllConnections(), graceMs);
    server.close(() => {
      clearTimeout(cut);
      resolve();
    });
    server.closeIdleConnections();
  });
}
