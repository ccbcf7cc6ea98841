import { connect, type Socket } from 'node:net';

/** One raw connection, and what the server sent on it. */
export interface RawConnection {
  readonly socket: Socket;
  /** All bytes that came so far. */
  received(): string;
  /** Resolves once what came matches; rejects where the connection closes before that. */
  until(pattern: RegExp): Promise<string>;
  /** Resolves with all that came once the server has ended the connection. */
  readonly ended: Promise<string>;
}

/** Opens a TCP connection to the server at `url`, and sends a text as it is. */
export function rawConnection(url: string, text: string): RawConnection {
  const { port, hostname } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.write(text, 'latin1');
  let came = '';
  socket.on('data', (chunk) => (came += chunk.toString('latin1')));
  const { promise: ended, resolve } = Promise.withResolvers<string>();
  socket.on('error', () => {});
  socket.on('close', () => resolve(came));
  return {
    socket,
    received: () => came,
    until: (pattern) =>
      new Promise((done, fail) => {
        const look = () => pattern.test(came) && done(came);
        socket.on('data', look);
        socket.on('close', () => fail(new Error(`the connection closed after ${JSON.stringify(came)}`)));
        look();
      }),
    ended,
  };
}

/** Sends a text, and gives all that the server sends until it ends the connection. */
export function rawExchange(url: string, text: string): Promise<string> {
  return rawConnection(url, text).ended;
}

/** The status of every response in what came, in order. */
export function statuses(came: string): number[] {
  return [...came.matchAll(/HTTP\/1\.1 (\d{3}) [A-Z][^\r\n]*\r\n/g)].map(([, status]) => Number(status));
}
