import http from 'node:http';
import type { AddressInfo } from 'node:net';

/** A received notification. */
export interface Posted {
  readonly event: string;
  readonly incident: string;
  readonly about: string;
  readonly process: string;
  readonly scope: string;
  readonly text: string;
}

/** A running webhook receiver. */
export interface WebhookReceiver {
  readonly url: string;
  readonly posted: Posted[];
  close(): void;
}

/** Starts a receiver on loopback that stores the notifications that it receives. */
export async function startWebhookReceiver(): Promise<WebhookReceiver> {
  const posted: Posted[] = [];
  const server = http.createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      posted.push(JSON.parse(Buffer.concat(chunks).toString()));
      outgoing.end('ok');
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/services/T0/hush-hush`,
    posted,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
