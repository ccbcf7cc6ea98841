import http from 'node:http';
import { createServer, connect, type Socket } from 'node:net';
import { once } from 'node:events';
import type { TestContext } from 'node:test';
import type { Child } from '../../emulators/sandbox/child.ts';
import type { Env } from '../../emulators/sandbox/settings.ts';
import { type Answer, control, type Pod, request } from './pod.ts';

/** A Birddog beside that of a pod, with the same sidecar and the same Datadog. */
export interface Replica {
  readonly birddogUrl: string;
  /** Sends a signal to the launcher. */
  signal(name: NodeJS.Signals): void;
  isReady(): Promise<boolean>;
  /** Resolves with the reason when the launcher and the server have ended. */
  readonly ended: Promise<string>;
}

/** Starts a Birddog with its own ledger, in memory unless `env` names a file. */
export async function startReplica(pod: Pod, name: string, env: Env = {}): Promise<Replica> {
  const child: Child = await pod.startMore('serve', (spec) => ({
    ...spec,
    name,
    env: { ...spec.env, BIRDDOG_LEDGER: ':memory:', ...env },
  }));
  return {
    birddogUrl: child.announced('ready'),
    signal: (signal) => void process.kill(child.pid ?? 0, signal),
    isReady: () => isReady(child.announced('ops')),
    ended: child.ended,
  };
}

async function isReady(opsUrl: string): Promise<boolean> {
  try {
    return (await fetch(`${opsUrl}/readyz`)).status === 200;
  } catch {
    return false;
  }
}

/** A client with one kept connection. */
export interface Client {
  send(to: Pick<Pod, 'birddogUrl'>, method: string, path: string, body?: object): Promise<Answer>;
}

/** Creates a client whose connection is closed at the end of the test. */
export function createClient(t: TestContext): Client {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  t.after(() => agent.destroy());
  return {
    send: (to, method, path, body) =>
      request(to, method, path, {
        agent,
        ...(body ? { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } } : {}),
      }),
  };
}

/** Delays the writes that Datadog receives from now on. */
export function delayWrites(pod: Pod, ms: number, times = 1_000_000): Promise<Response> {
  const path = '^/api/v1/(monitor|dashboard)';
  const faults = ['POST', 'PUT', 'DELETE'].map((method) => ({ method, path, times, kind: 'latency', ms }));
  return control(pod.datadogUrl, 'POST', 'faults', faults);
}

/** Returns the number of monitors in Datadog by name. */
export async function monitorsByName(pod: Pod): Promise<ReadonlyMap<string, number>> {
  const state: { monitors: { name: string }[] } = JSON.parse(
    await (await control(pod.datadogUrl, 'GET', 'state')).text(),
  );
  const counts = new Map<string, number>();
  for (const { name } of state.monitors) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

/** Returns the number of creates that Datadog has received. */
export async function creates(pod: Pod): Promise<number> {
  const seen: { method: string; path: string }[] = JSON.parse(
    await (await control(pod.datadogUrl, 'GET', 'requests')).text(),
  );
  return seen.filter(({ method, path }) => method === 'POST' && path === '/api/v1/monitor').length;
}

/** Starts a TCP load balancer that connects each client to the replica that `choose` returns. Returns its address. */
export async function startBalancer(t: TestContext, choose: () => Pick<Pod, 'birddogUrl'>): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const { hostname, port } = new URL(choose().birddogUrl);
    const upstream = connect(Number(port), hostname);
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      from.on('error', () => to.destroy());
      from.pipe(to);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
}
