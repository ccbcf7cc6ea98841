import { once } from 'node:events';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import type { TestContext } from 'node:test';
import { freePort } from '../../emulators/sandbox/ports.ts';
import { type Pod, request } from './pod.ts';

/** Waits before a call of `/apply` is forwarded to Birddog, and before its answer is returned. */
export interface Delays {
  readonly before?: () => Promise<void>;
  readonly after?: () => Promise<void>;
}

/** Starts a proxy in front of Birddog that delays each call of `/apply`. Returns its address. */
export async function heldBirddog(t: TestContext, pod: Pod, { before, after }: Delays): Promise<string> {
  const server = createServer(async (asked, answer) => {
    const { method = '', url = '', headers } = asked;
    const body = await text(asked);
    const held = url.startsWith('/apply');
    if (held) await before?.();
    const sent = { body, headers: { 'content-type': headers['content-type'] ?? '' } };
    const { status, text: said } = await request(pod, method, url, sent);
    if (held) await after?.();
    answer.writeHead(status, { 'content-type': 'application/json' }).end(said);
  });
  const port = await freePort();
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${port}`;
}
