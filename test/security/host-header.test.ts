import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { type CallersPod, startCallersPod, tokensFile } from '../acceptance/callers-pod.ts';
import { type Pod, startPod } from '../acceptance/pod.ts';
import { rawExchange, statuses } from './raw-client.ts';

const LOOPBACK = ['localhost', 'LOCALHOST', 'localhost.', '127.0.0.1', '127.9.8.7', '[::1]'];
const FOREIGN = [
  'evil.example',
  '[127.0.0.1]',
  'localhost.evil.example',
  'evil.example:8080',
  '127.0.0.1.evil.example',
  'localhost@evil.example',
  'evil.example#localhost',
  '127.1',
  '0x7f.0.0.1',
  '2130706433',
  '0177.0.0.1',
  '128.0.0.1',
  '0.0.0.0',
  '[::]',
  '[::ffff:10.0.0.1]',
  'localhost:80:80',
  'localhost,evil.example',
  '%6cocalhost',
];

describe('a Birddog without authentication', () => {
  let pod: Pod;
  before(async () => {
    pod = await startPod({ limits: false });
  });
  after(() => pod.stop());

  const PATHS = [
    '/lint',
    '/docs',
    '/openapi.json',
    '/schema.json',
    '/healthz',
    '/readyz',
    '/check',
    '/nowhere',
  ];

  /** Sends a request with these headers. Returns the status. `path` may be an absolute target. */
  async function ask(path: string, headers: readonly string[]): Promise<number> {
    const lines = [...headers, 'Connection: close'].map((line) => `${line}\r\n`).join('');
    const came = await rawExchange(pod.birddogUrl, `GET ${path} HTTP/1.1\r\n${lines}\r\n`);
    const [status = 0] = statuses(came);
    if (status === 403) assert.match(came, /"code":"forbidden_host"/);
    return status;
  }

  it('serves the names of loopback, with any port', async () => {
    for (const host of LOOPBACK) {
      for (const named of [host, `${host}:8080`]) {
        assert.equal(await ask('/healthz', [`Host: ${named}`]), 200, named);
      }
    }
  });

  it('serves no other name, on any path', async () => {
    for (const path of PATHS) assert.equal(await ask(path, ['Host: evil.example']), 403, path);
    for (const host of FOREIGN) assert.equal(await ask('/openapi.json', [`Host: ${host}`]), 403, host);
    assert.equal(await ask('/openapi.json', ['Host:']), 403);
  });

  it('rejects pages of other origins for every host', async () => {
    const origins = [
      'http://evil.example',
      'https://evil.example:8080',
      'null',
      'http://localhost.evil.example',
    ];
    for (const origin of [
      ...origins,
      'http://localhost@evil.example',
      'file://',
      'chrome-extension://localhost',
    ]) {
      assert.equal(await ask('/docs', ['Host: localhost', `Origin: ${origin}`]), 403, origin);
    }
    for (const origin of ['http://localhost:3000', 'https://127.0.0.1', 'http://[::1]:1']) {
      assert.equal(await ask('/docs', ['Host: localhost', `Origin: ${origin}`]), 200, origin);
    }
  });

  it('uses the host of an absolute request target, not the Host header', async () => {
    assert.equal(await ask('http://evil.example/docs', ['Host: localhost']), 403);
    assert.equal(await ask('HTTP://evil.example:80/docs', ['Host: localhost']), 403);
    assert.equal(await ask('http://localhost/docs', ['Host: localhost']), 200);
    assert.equal(await ask('//evil.example/docs', ['Host: localhost']), 404);
  });

  it('writes nothing for another name', async () => {
    const body = JSON.stringify({ application: 'a', team: 't', key: 'k', monitor: {} });
    const came = await rawExchange(
      pod.birddogUrl,
      `POST /create_monitor HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
    assert.deepEqual(statuses(came), [403]);
  });

  it('rejects every text that is not a loopback host', { timeout: 120_000 }, async () => {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 8 });
    const piece = fc.constantFrom(...LOOPBACK, ...FOREIGN, '.', ':', '@', '[', ']', '0', '8080', ' ', 'é');
    const host = fc
      .oneof(
        fc.array(piece, { minLength: 1, maxLength: 4 }).map((pieces) => pieces.join('')),
        fc
          .string({ unit: 'binary-ascii', maxLength: 30 })
          .map((text) => text.replace(/[\x00-\x1f\x7f]/g, '')),
      )
      .map((text) => text.trim())
      // Node's client replaces an empty host by the real one.
      .filter((text) => text !== '');
    const plain = /^(localhost\.?|127\.\d+\.\d+\.\d+\.?|\[::1\])(:\d*)?$/i;
    await fc.assert(
      fc.asyncProperty(host, async (text) => {
        const status = await new Promise<number>((resolve, reject) => {
          const asked = http.get(new URL('/healthz', pod.birddogUrl), { agent, headers: { host: text } });
          asked.on('error', reject).on('response', (answer) => {
            answer.resume();
            resolve(answer.statusCode ?? 0);
          });
        });
        if (!plain.test(text))
          assert.ok(status === 403 || status === 400, `${JSON.stringify(text)}: ${status}`);
      }),
      { numRuns: 2000 },
    );
    agent.destroy();
  });

  it('starts a sidecar that serves only loopback names', async () => {
    const file = (name: string) => readFileSync(join(pod.secretsMain, name), 'utf8');
    const tls = { ca: file('ca.crt'), cert: file('tls.crt'), key: file('tls.key'), servername: 'localhost' };
    const knock = (host: string) =>
      new Promise<number>((resolve, reject) => {
        const url = new URL('/get_monitors?application=a', pod.sidecarUrl);
        const headers = { 'birddog-caller': 'test', host };
        const asked = https.get(url, { agent: false, headers, ...tls }, (answer) => {
          answer.resume();
          resolve(answer.statusCode ?? 0);
        });
        asked.on('error', reject);
      });
    assert.equal(await knock('127.0.0.1:5000'), 200);
    assert.equal(await knock('localhost'), 200);
    assert.equal(await knock('evil.example'), 403);
  });

  it('sends headers that forbid framing, content sniffing and scripts', async () => {
    for (const path of ['/docs', '/openapi.json', '/nowhere']) {
      const { headers } = await fetch(new URL(path, pod.birddogUrl));
      assert.equal(headers.get('x-content-type-options'), 'nosniff');
      assert.equal(headers.get('referrer-policy'), 'no-referrer');
      assert.match(
        headers.get('content-security-policy') ?? '',
        /^default-src 'none';.*frame-ancestors 'none'/,
      );
    }
    const refused = await rawExchange(pod.birddogUrl, 'garbage\r\n\r\n');
    assert.match(refused, /^x-content-type-options: nosniff\r$/im);
  });
});

describe('a Birddog that lists its hosts', () => {
  let at: CallersPod;
  before(async () => {
    const robot = { name: 'robot', token: 'x'.repeat(40), groups: ['g'], days: 1 };
    at = await startCallersPod(
      "rules: [{groups: [g], applications: ['*'], may: [read]}]",
      tokensFile([robot]),
      { BIRDDOG_HOSTS: 'birddog.example, 127.0.0.1' },
    );
  });
  after(() => at.stop());

  const ask = async (path: string, host: string) => {
    const text = `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;
    return statuses(await rawExchange(at.pod.birddogUrl, text))[0];
  };

  it('serves those names, in any case and with any port', async () => {
    for (const host of ['birddog.example', 'BIRDDOG.example.', 'birddog.example:8443', '127.0.0.1:1']) {
      assert.equal(await ask('/docs', host), 200, host);
    }
  });

  it('serves no other name, but answers health probes under any', async () => {
    for (const host of ['evil.example', 'localhost', 'a.birddog.example', 'birddog.example.evil']) {
      assert.equal(await ask('/docs', host), 403, host);
      assert.equal(await ask('/get_monitors?application=a', host), 403, host);
    }
    assert.equal(await ask('/healthz', '10.1.2.3:8080'), 200);
    assert.equal(await ask('/readyz', '10.1.2.3:8080'), 200);
  });
});
