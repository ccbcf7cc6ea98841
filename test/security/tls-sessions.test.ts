import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import tls from 'node:tls';
import { mintCertificates } from '../../src/init/certificates.ts';
import { textReply } from '../../src/runtime/reply.ts';
import { type RunningServer, startServer } from '../../src/runtime/server.ts';
import { type Pod, startPod } from '../acceptance/pod.ts';

interface Visit {
  /** The beginning of the status line; empty without a response. */
  readonly answer: string;
  readonly sessions: readonly Buffer[];
  readonly reused: boolean;
  readonly error?: string | undefined;
}

/** Opens a connection and sends one request. */
function visit(url: string, options: tls.ConnectionOptions): Promise<Visit> {
  return new Promise((resolve) => {
    const socket = tls.connect({ host: '127.0.0.1', port: Number(new URL(url).port), ...options });
    const sessions: Buffer[] = [];
    let came = '';
    let error: string | undefined;
    let reused = false;
    socket.on('session', (session: Buffer) => sessions.push(session));
    socket.on('secureConnect', () => {
      reused = socket.isSessionReused();
      socket.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
    });
    socket.on('data', (chunk) => (came += chunk.toString()));
    socket.on('error', (failure: NodeJS.ErrnoException) => (error = failure.code));
    socket.on('close', () => resolve({ answer: came.slice(0, 12), sessions, reused, error }));
  });
}

describe('the TLS sessions of the sidecar', () => {
  let pod: Pod;
  before(async () => {
    pod = await startPod({ limits: false });
  });
  after(() => pod.stop());

  it('are never resumed: a client without its certificate is rejected, with any session', async () => {
    const file = (name: string) => readFileSync(join(pod.secretsMain, name), 'utf8');
    const ca = file('ca.crt');
    const leaf = { cert: file('tls.crt'), key: file('tls.key') };
    const first = await visit(pod.sidecarUrl, { ca, ...leaf });
    assert.equal(first.answer, 'HTTP/1.1 200');
    for (const session of first.sessions) {
      const bare = await visit(pod.sidecarUrl, { ca, session });
      assert.deepEqual([bare.answer, bare.error], ['', 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED']);
      const again = await visit(pod.sidecarUrl, { ca, ...leaf, session });
      assert.deepEqual([again.answer, again.reused], ['HTTP/1.1 200', false]);
    }
  });
});

describe('a TLS session from before a certificate was renewed', () => {
  const running: RunningServer[] = [];
  afterEach(() => Promise.all(running.splice(0).map((server) => server.close(0))));

  for (const kind of ['mutualTls', 'tls'] as const) {
    for (const maxVersion of kind === 'tls' ? (['TLSv1.2', 'TLSv1.3'] as const) : (['TLSv1.3'] as const)) {
      it(`is not resumed, nor is one of another server (${kind}, ${maxVersion})`, async () => {
        const now = new Date();
        const [old, renewed] = await Promise.all([
          mintCertificates({ now, days: 1 }),
          mintCertificates({ now, days: 1 }),
        ]);
        const start = async () => {
          const own = { ca: old.ca, ...old.server, clientUri: 'urn:birddog:main' };
          const app = () => textReply(200, 'text/plain', 'x');
          const server = await startServer({ host: '127.0.0.1', port: 0, app, [kind]: own });
          running.push(server);
          return server;
        };
        const [server, other] = [await start(), await start()];
        const client = { maxVersion, ca: old.ca + renewed.ca, ...(kind === 'mutualTls' ? old.client : {}) };
        const earlier = await visit(server.url, client);
        assert.equal(earlier.answer, 'HTTP/1.1 200');
        for (const session of earlier.sessions) {
          assert.equal((await visit(server.url, { ...client, session })).reused, false);
          assert.equal((await visit(other.url, { ...client, session })).reused, false);
        }
        server.renew({ ...renewed.server, ca: renewed.ca });
        for (const session of earlier.sessions) {
          const later = await visit(server.url, { ...client, session });
          assert.equal(later.reused, false);
          assert.equal(later.answer, kind === 'mutualTls' ? '' : 'HTTP/1.1 200');
        }
      });
    }
  }
});
