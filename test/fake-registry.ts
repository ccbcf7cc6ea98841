import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** A registry of npm packages over HTTP, which keeps what is published to it. */
export interface FakeRegistry {
  readonly url: string;
  /** Returns `name@version` of each published version. */
  published(): readonly string[];
  stop(): Promise<void>;
}

/** Starts a registry on a free port of 127.0.0.1. Publishing needs a bearer token, as at a real registry; reading does not. */
export async function startFakeRegistry(): Promise<FakeRegistry> {
  const packages = new Map<string, { readonly name: string; readonly versions: object }>();
  const tarballs = new Map<string, Buffer>();
  const published: string[] = [];

  async function publish(request: http.IncomingMessage, path: string): Promise<number> {
    if (!request.headers.authorization?.startsWith('Bearer ')) return 401;
    const document = JSON.parse(await text(request));
    for (const [name, { data }] of Object.entries<{ data: string }>(document['_attachments']))
      tarballs.set(`/${document.name}/-/${name}`, Buffer.from(data, 'base64'));
    packages.set(path, document);
    published.push(...Object.keys(document.versions).map((version) => `${document.name}@${version}`));
    return 201;
  }

  const server = http.createServer(async (request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://registry').pathname);
    if (request.method === 'PUT') {
      response.writeHead(await publish(request, path), { 'content-type': 'application/json' }).end('{}');
      return;
    }
    const tarball = tarballs.get(path);
    const document = packages.get(path);
    if (tarball) response.end(tarball);
    else if (document) response.setHeader('content-type', 'application/json').end(JSON.stringify(document));
    else response.writeHead(404, { 'content-type': 'application/json' }).end('{}');
  });
  const { port } = await new Promise<AddressInfo>((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      if (typeof address === 'object' && address !== null) resolve(address);
    });
  });
  return {
    url: `http://127.0.0.1:${port}/`,
    published: () => published,
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
