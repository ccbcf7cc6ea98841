import http from 'node:http';
import type { EmulatorResponse, EmulatorRequest } from './emulator-exchange.ts';
import { createFaults, type Fault, type Faults } from './faults.ts';

export type { EmulatorResponse, EmulatorRequest };

/** Answers a request, or gives undefined where it has no such route. */
export type Handle = (
  request: EmulatorRequest,
) => EmulatorResponse | undefined | Promise<EmulatorResponse | undefined>;

export interface EmulatorServerOptions {
  readonly name: string;
  /** 0 for any free one. */
  readonly port: number;
  readonly handle: Handle;
  /** Whether `/__control/...` exists: faults on demand, and the requests that were seen. */
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
/** The most bytes of a request: more than any of the emulated services takes. */
const MAX_BYTES = 32 * 1024 * 1024;
/** Requests remembered for `GET /__control/requests`; the oldest are forgotten. */
const REMEMBERED = 10_000;

/** Starts a server on loopback. Rejects with the system's error where the port cannot be had. */
export async function startEmulatorServer(options: EmulatorServerOptions): Promise<RunningEmulator> {
  const faults = createFaults();
  const seen: { method: string; path: string; query: Record<string, string> }[] = [];
  const server = http.createServer(async (incoming, outgoing) => {
    const request = await readRequest(incoming);
    if (!request) return incoming.destroy();
    if (options.control && request.path.startsWith('/__control/')) {
      const own = controlAnswer(request, faults, seen);
      return write(outgoing, own ?? (await handled(options, request)));
    }
    seen.push({ method: request.method, path: request.path, query: Object.fromEntries(request.query) });
    if (seen.length > REMEMBERED) seen.shift();
    return answer(options, faults.take(request), request, outgoing);
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, HOST, resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('a server listens on a port');
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

async function answer(
  options: EmulatorServerOptions,
  fault: Fault | undefined,
  request: EmulatorRequest,
  outgoing: http.ServerResponse,
): Promise<void> {
  const cut = () => void outgoing.socket?.destroy();
  const work = () => handled(options, request);
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
      return write(outgoing, {
        status: fault.status ?? 500,
        headers: fault.headers ?? {},
        body: fault.body ?? '',
      });
    case 'reset_before':
      return cut();
    case 'reset_after':
      await work();
      return cut();
    case 'late':
      cut();
      await pause(fault.ms);
      await work();
  }
}

async function handled(options: EmulatorServerOptions, request: EmulatorRequest): Promise<EmulatorResponse> {
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

function controlAnswer(
  request: EmulatorRequest,
  faults: Faults,
  seen: unknown[],
): EmulatorResponse | undefined {
  const route = `${request.method} ${request.path}`;
  if (route === 'POST /__control/faults') return faults.add(request.body);
  if (route === 'DELETE /__control/faults') return faults.clear();
  if (route === 'GET /__control/requests') return json(200, seen);
  if (route === 'DELETE /__control/requests') {
    seen.length = 0;
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
    body: Buffer.concat(chunks).toString('utf8'),
  };
}

function write(outgoing: http.ServerResponse, { status, headers = {}, body = '' }: EmulatorResponse): void {
  outgoing.writeHead(status, {
    ...headers,
    ...(status === 204 ? {} : { 'content-length': Buffer.byteLength(body) }),
  });
  outgoing.end(status === 204 ? undefined : body);
}

/** An answer with a JSON body. */
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
