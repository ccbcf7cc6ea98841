import { connect, type Socket } from 'node:net';

/** A raw connection with the bytes that the server sent. */
export interface RawConnection {
  readonly socket: Socket;
  /** Returns all bytes received so far. */
  received(): string;
  /** Resolves once the received bytes match. Rejects if the connection closes first. */
  until(pattern: RegExp): Promise<string>;
  /** Resolves with all received bytes once the server has closed the connection. */
  readonly ended: Promise<string>;
}

/** Opens a TCP connection to the server at `url` and sends a text unchanged. */
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

/** Sends a text. Returns everything that the server sends until it closes the connection. */
export function rawExchange(url: string, text: string): Promise<string> {
  return rawConnection(url, text).ended;
}

/** Returns the status of every received response, in order. */
export function statuses(came: string): number[] {
  return [...came.matchAll(/HTTP\/1\.1 (\d{3}) [A-Z][^\r\n]*\r\n/g)].map(([, status]) => Number(status));
}
