import http from 'node:http';
import { gunzipSync, inflateSync, zstdDecompressSync } from 'node:zlib';
import type { EmulatorResponse, EmulatorRequest } from './emulator-exchange.ts';
import { createFaults, type Fault, type Faults } from './faults.ts';

export type { EmulatorResponse, EmulatorRequest };

/** Answers a request; returns undefined for an unknown route. */
export type Handle = (
  request: EmulatorRequest,
) => EmulatorResponse | undefined | Promise<EmulatorResponse | undefined>;

export interface EmulatorServerOptions {
  readonly name: string;
  /** 0 selects any free port. */
  readonly port: number;
  readonly handle: Handle;
  /** True if `/__control/...` exists, which injects faults and lists the received requests. */
  readonly control?: boolean;
  readonly now?: () => number;
  readonly log?: (line: string) => void;
}

export interface RunningEmulator {
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

const HOST = '127.0.0.1';
/** The maximum size of a request; every emulated service has a lower limit. */
const MAX_BYTES = 32 * 1024 * 1024;
const DECODERS = new Map<string, (body: Buffer, options: { maxOutputLength: number }) => Buffer>([
  ['deflate', inflateSync],
  ['gzip', gunzipSync],
  ['zstd', zstdDecompressSync],
]);
/** The number of requests listed by `GET /__control/requests`; the oldest are dropped. */
const MAX_RECORDED = 10_000;

/** Starts a server on loopback. Rejects with the system's error if the port is unavailable. */
export async function startEmulatorServer(options: EmulatorServerOptions): Promise<RunningEmulator> {
  const faults = createFaults();
  const recorded: { method: string; path: string; query: Record<string, string> }[] = [];
  const server = http.createServer(async (incoming, outgoing) => {
    const request = await readRequest(incoming);
    if (!request) return incoming.destroy();
    if (options.control && request.path.startsWith('/__control/')) {
      const response = controlResponse(request, faults, recorded);
      return write(outgoing, response ?? (await handle(options, request)));
    }
    recorded.push({ method: request.method, path: request.path, query: Object.fromEntries(request.query) });
    if (recorded.length > MAX_RECORDED) recorded.shift();
    return respond(options, faults.take(request), request, outgoing);
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, HOST, resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('the server has no port');
  const { port } = address;
  return {
    url: `http://${HOST}:${port}`,
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function respond(
  options: EmulatorServerOptions,
  fault: Fault | undefined,
  request: EmulatorRequest,
  outgoing: http.ServerResponse,
): Promise<void> {
  const disconnect = () => void outgoing.socket?.destroy();
  const work = () => handle(options, request);
  switch (fault?.kind) {
    case undefined:
      return write(outgoing, await work());
    case 'latency':
      await pause(fault.ms);
      return write(outgoing, await work());
    case 'latency_after': {
      const done = await work();
      await pause(fault.ms);
      return write(outgoing, done);
    }
    case 'status':
    case 'status_after':
      if (fault.kind === 'status_after') await work();
      return write(outgoing, {
        status: fault.status ?? 500,
        headers: fault.headers ?? {},
        body: fault.body ?? '',
      });
    case 'reset_before':
      return disconnect();
    case 'reset_after':
      await work();
      return disconnect();
    case 'late':
      disconnect();
      await pause(fault.ms);
      await work();
  }
}

async function handle(options: EmulatorServerOptions, request: EmulatorRequest): Promise<EmulatorResponse> {
  const { name, log } = options;
  try {
    const done = await options.handle(request);
    if (done) return done;
    log?.(`${name} emulator: no route for ${request.method} ${request.path}`);
    return json(501, { errors: [`${name} emulator: no route for ${request.method} ${request.path}`] });
  } catch (error) {
    log?.(
      `${name} emulator failed at ${request.method} ${request.path}: ${error instanceof Error ? error.stack : String(error)}`,
    );
    return json(500, { errors: [`${name} emulator failed`] });
  }
}

function controlResponse(
  request: EmulatorRequest,
  faults: Faults,
  recorded: unknown[],
): EmulatorResponse | undefined {
  const route = `${request.method} ${request.path}`;
  if (route === 'POST /__control/faults') return faults.add(request.body);
  if (route === 'DELETE /__control/faults') return faults.clear();
  if (route === 'GET /__control/requests') return json(200, recorded);
  if (route === 'DELETE /__control/requests') {
    recorded.length = 0;
    return { status: 204 };
  }
  return undefined;
}

async function readRequest(incoming: http.IncomingMessage): Promise<EmulatorRequest | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of incoming) {
      size += chunk.length;
      if (size > MAX_BYTES) return undefined;
      chunks.push(chunk);
    }
  } catch {
    return undefined;
  }
  const url = new URL(incoming.url ?? '/', 'http://emulator');
  const headers = Object.fromEntries(Object.entries(incoming.headers).map(([n, v]) => [n, String(v)]));
  return {
    method: incoming.method ?? 'GET',
    path: decodeURI(url.pathname),
    query: url.searchParams,
    headers,
    body: bodyText(Buffer.concat(chunks), incoming.headers['content-encoding']),
  };
}

/** Decodes a body. A body that its encoding does not fit, or of an unknown encoding, stays as it is. */
function bodyText(body: Buffer, encoding: string | undefined): string {
  const decode = DECODERS.get(encoding?.trim().toLowerCase() ?? '');
  try {
    return (decode?.(body, { maxOutputLength: MAX_BYTES }) ?? body).toString('utf8');
  } catch {
    return body.toString('utf8');
  }
}

function write(outgoing: http.ServerResponse, { status, headers = {}, body = '' }: EmulatorResponse): void {
  outgoing.writeHead(status, {
    ...headers,
    ...(status === 204 ? {} : { 'content-length': Buffer.byteLength(body) }),
  });
  outgoing.end(status === 204 ? undefined : body);
}

/** Creates a response with a JSON body. */
export function json(
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): EmulatorResponse {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(value) };
}

function pause(ms = 0): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}
