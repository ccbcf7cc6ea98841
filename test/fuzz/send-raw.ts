import { connect } from 'node:net';

export interface RawAnswer {
  /** The final responses on the connection, in order, without interim ones (1xx). */
  readonly responses: readonly RawResponse[];
  /** Why reading ended: the server closed the connection, the timeout passed, or the connection failed. */
  readonly end: 'closed' | 'timeout' | 'refused' | 'reset';
}

export interface RawResponse {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** Writes pieces of bytes to a new connection and reads until the server closes it, or `timeoutMs` have passed. Never rejects. */
export function sendRaw(url: URL, pieces: readonly Uint8Array[], timeoutMs: number): Promise<RawAnswer> {
  const { promise, resolve } = Promise.withResolvers<RawAnswer>();
  const chunks: Buffer[] = [];
  let isConnected = false;
  const socket = connect({ host: url.hostname, port: Number(url.port) });
  const timer = setTimeout(() => finish('timeout'), timeoutMs);
  const finish = (end: RawAnswer['end']) => {
    clearTimeout(timer);
    socket.destroy();
    resolve({ end, responses: responsesIn(Buffer.concat(chunks)) });
  };
  socket.on('connect', () => {
    isConnected = true;
    void writeAll();
  });
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  socket.on('end', () => finish('closed'));
  socket.on('close', () => finish('closed'));
  socket.on('error', () => finish(isConnected ? 'reset' : 'refused'));
  async function writeAll() {
    for (const piece of pieces) {
      if (socket.destroyed) return;
      socket.write(piece);
      // Yields to the event loop, so that the pieces arrive separately.
      await new Promise((next) => {
        setImmediate(next);
      });
    }
  }
  return promise;
}

/** Splits received bytes into final responses. Omits a truncated one. */
export function responsesIn(bytes: Buffer): RawResponse[] {
  const responses: RawResponse[] = [];
  for (let at = 0; at < bytes.length; ) {
    const headEnd = bytes.indexOf('\r\n\r\n', at);
    if (headEnd < 0) break;
    const [statusLine = '', ...lines] = bytes.subarray(at, headEnd).toString('latin1').split('\r\n');
    const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(statusLine)?.[1] ?? 0);
    const header = (name: string) =>
      lines
        .find((line) => line.toLowerCase().startsWith(`${name}:`))
        ?.slice(name.length + 1)
        .trim();
    at = headEnd + 4;
    if (status >= 100 && status < 200) continue;
    // A response to HEAD has a Content-Length but no body.
    const hasBody = at < bytes.length && bytes.subarray(at, at + 5).toString() !== 'HTTP/';
    const length = hasBody ? Number(header('content-length') ?? bytes.length - at) : 0;
    const body = bytes.subarray(at, at + length).toString();
    responses.push({ status, contentType: header('content-type') ?? '', body });
    at += length;
  }
  return responses;
}
