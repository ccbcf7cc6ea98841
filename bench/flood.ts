import http from 'node:http';
import { isMainThread, Worker, workerData } from 'node:worker_threads';

/** Creates under way at once. */
const AT_ONCE = 200;

/** Floods an unlisted application at a Birddog, from a thread of its own so that who measures is not held up. Gives how to end it. */
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
  const goOn = async (n: number): Promise<never> => {
    for (;;) await create(agent, `k-${n}`);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, (_, n) => goOn(n)));
}
