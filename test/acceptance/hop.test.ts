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
  // A proxy that nobody runs: were the hop to ask it, nothing here would work.
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

/** One request straight at the sidecar: its status, or how the connection failed. */
function knock(tls: https.RequestOptions): Promise<number | string> {
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
  it('lets Birddog in, by the certificate that init minted', async () => {
    assert.equal(await knock({ ca: file('ca.crt'), cert: file('tls.crt'), key: file('tls.key') }), 200);
  });

  it('refuses who has no certificate', async () => {
    assert.notEqual(await knock({ ca: file('ca.crt') }), 200);
    assert.equal(typeof (await knock({ ca: file('ca.crt') })), 'string');
  });

  it('refuses the certificate of a foreign CA, however right its name', async () => {
    const foreign = await mintCertificates({ now: new Date(), days: 1 });
    const client = { ca: file('ca.crt'), cert: foreign.client.cert, key: foreign.client.key };
    assert.equal(typeof (await knock(client)), 'string');
  });

  it('refuses a certificate of its own CA for another name', async () => {
    const server = pod.secretsSidecar;
    const cert = readFileSync(join(server, 'tls.crt'), 'utf8');
    const key = readFileSync(join(server, 'tls.key'), 'utf8');
    assert.equal(typeof (await knock({ ca: file('ca.crt'), cert, key })), 'string');
  });

  it('speaks nothing older than TLS 1.3', async () => {
    const old = {
      ca: file('ca.crt'),
      cert: file('tls.crt'),
      key: file('tls.key'),
      maxVersion: 'TLSv1.2',
    } as const;
    assert.equal(typeof (await knock(old)), 'string');
  });

  it('is told the caller, or answers nobody', async () => {
    const own = { ca: file('ca.crt'), cert: file('tls.crt'), key: file('tls.key') };
    assert.equal(await knock({ ...own, headers: {} }), 401);
    const headers = (caller: string, auth = 'oidc') => ({
      headers: { 'birddog-caller': caller, 'birddog-caller-auth': auth },
    });
    assert.equal(await knock({ ...own, ...headers('%C3%A4'.repeat(200)) }), 200);
    const wrong = [
      headers('%C3%A4'.repeat(201)),
      headers('%zz'),
      headers('a%0Ab'),
      headers('%20'),
      headers('a', 'x'),
    ];
    for (const options of wrong)
      assert.equal(await knock({ ...own, ...options }), 400, JSON.stringify(options));
  });
});

describe('a sidecar that is killed', () => {
  it('takes nothing from listed applications, comes back by its launcher, and is found again', async () => {
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

  it('is answered for with 503 and Retry-After, at once, while it stays away', async () => {
    await pod.pause('sidecar');
    await pod.until(
      async () => (await request(pod, 'GET', '/get_monitors?application=unlisted-away')).status === 503,
    );
    const answers = [];
    for (let i = 0; i < 8; i += 1) answers.push(await create('unlisted-away'));
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
    await pod.until(async () => [200, 201].includes((await create('unlisted-away')).status));
  });
});
