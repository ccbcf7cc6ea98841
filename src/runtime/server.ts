import http from 'node:http';
import https from 'node:https';
import { constants } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { SecureContextOptions, TLSSocket } from 'node:tls';
import { type Connections, createConnections } from './connections.ts';
import { problemReply, type Reply, textReply, SECURITY_HEADERS } from './reply.ts';
import { requestIdOf } from './request-context.ts';
import { headFault } from './request-faults.ts';
import type { ShutdownPhases } from './shutdown.ts';
import { type Call, callOf, type Handle } from './routes.ts';

export interface ServerOptions {
  readonly host: string;
  readonly port: number;
  readonly app: Handle;
  /** TLS 1.2 or later. */
  readonly tls?: ServerCertificate;
  /** Mutual TLS 1.3: clients need a certificate for `clientUri` that `ca` signed. */
  readonly mutualTls?: ServerCertificate & { readonly ca: string; readonly clientUri: string };
  /** Time (ms) for which the rest of an unread body is discarded after the response. */
  readonly lingerMs?: number;
  /**
   * When the process leaves, each response closes its connection. When it refuses requests, connections without a request are
   * closed.
   */
  readonly phases?: Pick<ShutdownPhases, 'leaving' | 'refusing'>;
  /** Time (ms) within which a client must read its response. */
  readonly maxSendMs?: number;
}

/** Certificate and key of a server, and with mutual TLS the CAs of its clients. PEM. */
export interface ServerCertificate {
  readonly cert: string;
  readonly key: string;
  readonly ca?: string;
}

export interface RunningServer {
  readonly url: string;
  /** Uses a new certificate for new connections. Open connections stay. Throws Error if the certificate is invalid. */
  renew(certificate: ServerCertificate): void;
  /** Resolves when no request is in progress. */
  idle(): Promise<void>;
  /** Stops accepting connections, waits up to `graceMs` for requests in progress, then closes all connections. */
  close(graceMs?: number): Promise<void>;
}

/** Limits on clients; times in ms. The deadline of the request also limits its body. */
const LIMITS = {
  headersTimeout: 10_000,
  requestTimeout: 610_000,
  keepAliveTimeout: 65_000,
  connectionsCheckingInterval: 5000,
  maxHeaderSize: 16 * 1024,
  // `headFault` checks the Host header and the number of headers.
  requireHostHeader: false,
  insecureHTTPParser: false,
};

/** Starts a server. Rejects with the system's error if the port cannot be opened. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { phases } = options;
  const connections = createConnections(options.lingerMs ?? LINGER, phases?.leaving);
  const listener: http.RequestListener = (incoming, outgoing) =>
    connections.inOrder(incoming, outgoing, () =>
      // A response that cannot be written as HTTP closes only its own connection.
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
  // Node would silently drop further headers; `headFault` counts them.
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
  phases?.refusing.addEventListener('abort', () => server.closeIdleConnections(), { once: true });
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
    idle: connections.idle,
    close: (graceMs = 5000) => close(server, graceMs),
  };
}

/** Long enough (ms) for a client that is still sending to notice the response. */
const LINGER = 5000;
/** A client that reads slowly holds the memory of its response. A body may take as long to arrive. */
const MAX_SEND_MS = 60_000;

async function answer(
  { app, lingerMs = LINGER, maxSendMs = MAX_SEND_MS }: ServerOptions,
  connections: Connections,
  incoming: http.IncomingMessage,
  outgoing: http.ServerResponse,
): Promise<void> {
  const { status, headers, body } = await replyOf(app, callOf(incoming, outgoing));
  const closes = connections.closeIfLast(incoming, outgoing);
  if (!closes && !incoming.complete && !incoming.destroyed) linger(incoming, outgoing, lingerMs);
  // A streamed response has begun already.
  if (!outgoing.headersSent)
    outgoing.writeHead(status, {
      ...SECURITY_HEADERS,
      ...headers,
      'content-length': Buffer.byteLength(body),
    });
  const cut = setTimeout(() => outgoing.destroy(), maxSendMs);
  outgoing.once('close', () => clearTimeout(cut));
  outgoing.end(body);
}

async function replyOf(app: Handle, call: Call): Promise<Reply> {
  const fault = headFault(call.incoming);
  if (fault) return problemReply(fault, requestIdOf(call.header), call.header('accept'));
  try {
    return await app(call);
  } catch {
    return textReply(500, 'text/plain', 'Unexpected internal error.\n');
  }
}

/**
 * Discards the rest of the body for a limited time. Closing a connection while its client is sending resets it, and the
 * response may be lost. So the connection stays open, also for a client that asked to close it.
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

/** Returns the TLS options that belong to a certificate and must be set again with each new one. */
function contextOf({ mutualTls }: ServerOptions, { cert, key, ca }: ServerCertificate): SecureContextOptions {
  return {
    cert,
    key,
    ...(ca === undefined ? {} : { ca }),
    minVersion: mutualTls ? 'TLSv1.3' : 'TLSv1.2',
    // A session ticket would admit a client without its certificate. Sessions are not stored either, so none is resumed.
    secureOptions: constants.SSL_OP_NO_TICKET,
  };
}

/** Returns whether the client's certificate is verified and names this URI. */
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
