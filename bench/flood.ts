import http from 'node:http';
import { isMainThread, Worker, workerData } from 'node:worker_threads';

/** Concurrent creates. */
const CONCURRENCY = 200;

/** Floods Birddog with creates for an unlisted application, from a separate thread so that the measurement is not delayed. Returns a function that stops it. */
export function flood(url: string): () => Promise<unknown> {
  const worker = new Worker(new URL(import.meta.url), { workerData: url });
  return () => worker.terminate();
}

function create(agent: http.Agent, key: string): Promise<void> {
  const monitor = { type: 'query alert', name: key, query: 'avg(last_5m):avg:a{*} > 1' };
  const body = JSON.stringify({ application: 'flooding', team: 't', key, monitor });
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
  return new Promise((resolve, reject) => {
    const outgoing = http.request(new URL('/create_monitor', workerData), { method: 'POST', agent, headers });
    outgoing.on('response', (answer) => answer.resume().on('end', resolve));
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

if (!isMainThread) {
  const agent = new http.Agent({ keepAlive: true });
  const repeat = async (n: number): Promise<never> => {
    for (;;) await create(agent, `k-${n}`);
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, (_, n) => repeat(n)));
}
