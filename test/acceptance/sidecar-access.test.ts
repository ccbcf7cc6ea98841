import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import https from 'node:https';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { mintCertificates } from '../../src/init/certificates.ts';
import { type Pod, request, startPod } from './pod.ts';

const MONITOR = { type: 'query alert', name: 'upstream', query: 'avg(last_5m):avg:a{*} > 1' };

let pod: Pod;
before(async () => {
  // No proxy listens here: every test fails if a connection to the sidecar uses the proxy.
  const proxy = { HTTPS_PROXY: 'http://127.0.0.1:9', https_proxy: 'http://127.0.0.1:9' };
  pod = await startPod({ env: { serve: proxy, sidecar: proxy } });
});
after(() => pod.stop());

const file = (name: string) => readFileSync(join(pod.secretsMain, name), 'utf8');
const create = (application: string) =>
  request(pod, 'POST', '/create_monitor', {
    body: JSON.stringify({ application, team: 't', key: 'k', monitor: MONITOR }),
    headers: { 'content-type': 'application/json' },
  });

/** Sends a request directly to the sidecar. Returns its status, or the error code of the connection. */
function connect(tls: https.RequestOptions): Promise<number | string> {
  return new Promise((resolve) => {
    const url = new URL('/get_monitors?application=a', pod.sidecarUrl);
    const outgoing = https.get(
      url,
      { agent: false, headers: { 'birddog-caller': 'test' }, ...tls },
      (answer) => {
        answer.resume();
        resolve(answer.statusCode ?? 0);
      },
    );
    outgoing.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  });
}

describe('the sidecar', () => {
  it('accepts Birddog with the certificate that init issued', async () => {
    assert.equal(await connect({ ca: file('ca.crt'), cert: file('tls.crt'), key: file('tls.key') }), 200);
  });

  it('rejects a client without a certificate', async () => {
    assert.notEqual(await connect({ ca: file('ca.crt') }), 200);
    assert.equal(typeof (await connect({ ca: file('ca.crt') })), 'string');
  });

  it('rejects a certificate of another CA with the right name', async () => {
    const foreign = await mintCertificates({ now: new Date(), days: 1 });
    const client = { ca: file('ca.crt'), cert: foreign.client.cert, key: foreign.client.key };
    assert.equal(typeof (await connect(client)), 'string');
  });

  it("rejects a certificate of the pod's CA for another name", async () => {
    const server = pod.secretsSidecar;
    const cert = readFileSync(join(server, 'tls.crt'), 'utf8');
    const key = readFileSync(join(server, 'tls.key'), 'utf8');
    assert.equal(typeof (await connect({ ca: file('ca.crt'), cert, key })), 'string');
  });

  it('rejects TLS 1.2', async () => {
    const old = {
      ca: file('ca.crt'),
      cert: file('tls.crt'),
      key: file('tls.key'),
      maxVersion: 'TLSv1.2',
    } as const;
    assert.equal(typeof (await connect(old)), 'string');
  });

  it('rejects a request without a valid caller', async () => {
    const own = { ca: file('ca.crt'), cert: file('tls.crt'), key: file('tls.key') };
    assert.equal(await connect({ ...own, headers: {} }), 401);
    const headers = (caller: string, auth = 'oidc') => ({
      headers: { 'birddog-caller': caller, 'birddog-caller-auth': auth },
    });
    assert.equal(await connect({ ...own, ...headers('%C3%A4'.repeat(200)) }), 200);
    const wrong = [
      headers('%C3%A4'.repeat(201)),
      headers('%zz'),
      headers('a%0Ab'),
      headers('%20'),
      headers('a', 'x'),
    ];
    for (const options of wrong)
      assert.equal(await connect({ ...own, ...options }), 400, JSON.stringify(options));
  });
});

describe('a sidecar that is killed', () => {
  it('does not affect listed applications, is restarted by its launcher, and serves again', async () => {
    assert.equal((await create('unlisted-before')).status, 201);
    const killed = await pod.pidOf('sidecar');
    await pod.kill('sidecar', 'SIGKILL');
    const listed = await create('checkout');
    assert.equal(listed.status, 201, listed.text);
    assert.equal((await fetch(`${pod.birddogUrl}/readyz`)).status, 200);
    const unavailable = await create('unlisted-while');
    if (unavailable.status === 503) {
      assert.equal(unavailable.body.code, 'sidecar_unavailable');
      assert.ok(Number(unavailable.headers['retry-after']) >= 1);
    }
    await pod.until(async () => [200, 201].includes((await create('unlisted-after')).status));
    assert.notEqual(await pod.pidOf('sidecar'), killed);
  });

  it('is reported as 503 with Retry-After, at once, while it does not answer', async () => {
    await pod.pause('sidecar');
    await pod.until(
      async () => (await request(pod, 'GET', '/get_monitors?application=unlisted-paused')).status === 503,
    );
    const answers = [];
    for (let i = 0; i < 8; i += 1) answers.push(await create('unlisted-paused'));
    for (const answer of answers) {
      assert.deepEqual([answer.status, answer.body.code], [503, 'sidecar_unavailable'], answer.text);
      assert.ok(Number(answer.headers['retry-after']) >= 1);
    }
    assert.match(
      await (await fetch(`${pod.opsUrl}/metrics`)).text(),
      /birddog_sidecar_breaker_state\{state="open",[^}]*\} 1/,
    );
    assert.equal((await create('checkout')).status, 200);
    await pod.resume('sidecar');
    await pod.until(async () => [200, 201].includes((await create('unlisted-paused')).status));
  });
});
