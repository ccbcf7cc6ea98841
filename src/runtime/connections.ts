import { randomUUID } from 'node:crypto';
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { type BodySignals, bodySignals, setBodySignals } from './read-body.ts';
import { problemReply, SECURITY_HEADERS } from './reply.ts';
import { parseFault } from './request-faults.ts';

/** Maximum of unanswered requests per connection. Further requests are not served. */
const MAX_PIPELINED = 16;

/** Tracks the connections of one server. */
export interface Connections {
  /**
   * Runs `work`, which answers a request, once every earlier request of the connection is answered. Does not run it if
   * the connection is closed or closing.
   */
  inOrder(incoming: IncomingMessage, outgoing: ServerResponse, work: () => Promise<void>): void;
  /**
   * Closes the connection after the response if later bytes cannot be parsed, or if the server stops and no other request of
   * the connection waits. Returns whether it does.
   */
  closeIfLast(incoming: IncomingMessage, outgoing: ServerResponse): boolean;
  /** Resolves when no request is in progress. */
  idle(): Promise<void>;
  /**
   * Handles invalid HTTP and failed connections. A request in progress still gets its response before the connection closes.
   * Otherwise the client gets a problem.
   */
  failed(error: Error & { readonly code?: string }, socket: Duplex): void;
}

interface Connection {
  /** Requests that are received and not answered. */
  pending: number;
  /** No more requests are read: later bytes cannot be parsed, or the server stops. */
  broken: boolean;
  last?: {
    readonly incoming: IncomingMessage;
    readonly closed: Promise<void>;
    readonly body: AbortController;
  };
}

/**
 * Sends responses in order. `lingerMs`: time that a client that is still sending has to read its response. When `leaving`
 * aborts, the server stops.
 */
export function createConnections(lingerMs: number, leaving?: AbortSignal): Connections {
  const connections = new WeakMap<Duplex, Connection>();
  let inProgress = 0;
  let onIdle = () => {};
  const connectionOf = (socket: Duplex): Connection => {
    const known = connections.get(socket) ?? { pending: 0, broken: false };
    connections.set(socket, known);
    return known;
  };
  return {
    inOrder(incoming, outgoing, work) {
      const { socket } = incoming;
      const connection = connectionOf(socket);
      connection.broken ||= connection.pending >= MAX_PIPELINED;
      if (connection.broken) return;
      const before = connection.pending > 0 ? connection.last?.closed : undefined;
      connection.pending += 1;
      inProgress += 1;
      const { promise: closed, resolve } = Promise.withResolvers<void>();
      outgoing.once('close', () => {
        connection.pending -= 1;
        resolve();
        if (connection.broken && connection.pending === 0) endSoon(socket, lingerMs);
      });
      const body = new AbortController();
      connection.last = { incoming, closed, body };
      setBodySignals(incoming, { ...continuation(incoming, outgoing), broken: body.signal });
      // Also a request whose client is gone is in progress until its work has ended.
      const run = async () => {
        if (socket.destroyed) resolve();
        else await work();
        await closed;
        inProgress -= 1;
        if (inProgress === 0) onIdle();
      };
      if (before === undefined) void run();
      else void before.then(run);
    },
    closeIfLast(incoming, outgoing) {
      const { socket } = incoming;
      const connection = connectionOf(socket);
      if (leaving?.aborted) connection.broken = true;
      // Without 100 Continue it is ambiguous whether the body or the next request follows.
      if (!(connection.broken && connection.pending === 1) && !bodySignals(incoming)?.waits()) return false;
      outgoing.shouldKeepAlive = false;
      // Node would destroy the socket at once. Unread bytes then reset the connection, and the response may be lost.
      socket.destroySoon = () => endSoon(socket, lingerMs);
      return true;
    },
    async idle() {
      const { promise, resolve } = Promise.withResolvers<void>();
      onIdle = resolve;
      if (inProgress > 0) await promise;
    },
    failed({ code = '' }, socket) {
      const connection = connectionOf(socket);
      const unreadable = code.startsWith('HPE_') || code === 'ERR_HTTP_REQUEST_TIMEOUT';
      if (!unreadable || !socket.writable) socket.destroy();
      if (socket.destroyed || connection.broken) return;
      connection.broken = true;
      const { last, pending } = connection;
      const within = last !== undefined && !last.incoming.complete;
      // The request was already answered, or the client disconnected before completing it.
      if (within && (pending === 0 || code === 'HPE_INVALID_EOF_STATE')) socket.destroy();
      else if (within) last.body.abort();
      else if (pending === 0) endSoon(socket, lingerMs, refusal(code));
    },
  };
}

function continuation(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Pick<BodySignals, 'start' | 'waits'> {
  let expected = incoming.headers.expect !== undefined;
  return {
    start() {
      if (expected) outgoing.writeContinue();
      expected = false;
    },
    waits: () => expected && !incoming.complete,
  };
}

/** Closes a connection gracefully: a client that is still sending has `lingerMs` to read the response. */
function endSoon(socket: Duplex, lingerMs: number, text = ''): void {
  socket.end(text);
  const cut = setTimeout(() => socket.destroy(), lingerMs);
  socket.once('close', () => clearTimeout(cut));
}

function refusal(code: string): string {
  const { status, headers, body } = problemReply(parseFault(code), randomUUID());
  const lines = Object.entries({
    ...SECURITY_HEADERS,
    ...headers,
    date: new Date().toUTCString(),
    connection: 'close',
    'content-length': Buffer.byteLength(body),
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body.toString()}`;
}
