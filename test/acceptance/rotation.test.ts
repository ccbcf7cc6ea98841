import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import https from 'node:https';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import tls from 'node:tls';
import type { Child } from '../../emulators/sandbox/child.ts';
import { mintCertificates } from '../../src/init/certificates.ts';
import { control, type Pod, request, startPod } from './pod.ts';

const LOOK = { BIRDDOG_POLL_MS: '50' };
const MONITOR = { type: 'query alert', query: 'avg(last_5m):avg:a{*} > 1' };
const NEW_KEYS = { api: 'rotated-api-key', app: 'rotated-app-key' };

let pod: Pod;
let watch: Child;
before(async () => {
  pod = await startPod({ limits: false, env: { serve: LOOK, sidecar: LOOK } });
});
after(() => pod.stop());

const file = (folder: string, name: string) => readFileSync(join(folder, name), 'utf8');
const count = (words: string) => pod.output().split(words).length - 1;
const metric = async (url: string, name: string) => {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(new RegExp(`^${name} (.+)$`, 'm').exec(text)?.[1]);
};

/** Attempts a handshake with the sidecar. Returns the fingerprint of its certificate, or the error. */
function knock(own: { ca: string; cert: string; key: string }): Promise<string> {
  return new Promise((resolve) => {
    const { port } = new URL(pod.sidecarUrl);
    const socket = tls.connect({ host: '127.0.0.1', port: Number(port), ...own }, () => {
      const { fingerprint256 } = socket.getPeerCertificate();
      // A TLS 1.3 server rejects a client certificate after the client has completed its handshake.
      socket.write(
        'GET /get_monitors?application=a HTTP/1.1\r\nhost: localhost\r\nbirddog-caller: t\r\n\r\n',
      );
      socket.once('data', () => {
        socket.destroy();
        resolve(fingerprint256);
      });
    });
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    socket.on('close', () => resolve('closed'));
  });
}
const clientOnDisk = () => ({
  ca: file(pod.secretsMain, 'ca.crt'),
  cert: file(pod.secretsMain, 'tls.crt'),
  key: file(pod.secretsMain, 'tls.key'),
});

/** Sends requests for both routes repeatedly until it is stopped. Returns the failed answers. */
function load(workers: number) {
  const failed: string[] = [];
  const enough = new AbortController();
  let answered = 0;
  const work = async (worker: number) => {
    for (let n = 0; !enough.signal.aborted; n += 1) {
      for (const application of [`load-${worker}`, 'checkout']) {
        const name = `${worker}-${n % 20}`;
        const sent = { application, team: 't', key: name, monitor: { ...MONITOR, name } };
        const answers = [
          await request(pod, 'POST', '/create_monitor', {
            body: JSON.stringify(sent),
            headers: { 'content-type': 'application/json' },
          }),
          await request(pod, 'GET', `/get_monitors?application=${application}&key=${name}`),
        ];
        for (const { status, text } of answers) {
          answered += 1;
          if (![200, 201].includes(status)) failed.push(`${status} ${text}`);
        }
      }
    }
  };
  const done = Promise.all(Array.from({ length: workers }, (_, worker) => work(worker)));
  return {
    answered: () => answered,
    async stop() {
      enough.abort();
      await done;
      return failed;
    },
  };
}

describe('keys and certificates that change under load', () => {
  it('are used without a failed request', async () => {
    const first = clientOnDisk();
    const began = load(4);
    watch = await pod.startMore('init', ({ once: _once, ...spec }) => ({
      ...spec,
      name: 'watch',
      args: ['init', '--watch'],
      env: {
        ...spec.env,
        INIT_OPS_PORT: '0',
        INIT_INTERVAL_MS: '1000',
        INIT_RENEW_MS: '1000',
        INIT_STEP_MS: '500',
      },
    }));
    await pod.until(async () => count('certificates published') >= 2);
    await control(pod.datadogUrl, 'PUT', 'keys', { ...NEW_KEYS, keep: true });
    const keys = { 'datadog-api-key': NEW_KEYS.api, 'datadog-app-key': NEW_KEYS.app };
    const main = {
      ...keys,
      'leanix-api-token': 'sandbox-leanix-token',
      'servicenow-username': 'sandbox-user',
      'servicenow-password': 'sandbox-password',
    };
    await control(pod.vaultUrl, 'PUT', 'secrets/secret/birddog/main', main);
    await control(pod.vaultUrl, 'PUT', 'secrets/secret/birddog/sidecar', keys);
    await pod.until(async () => count('"secrets reloaded","part":"datadog_keys"') >= 2);
    // Datadog now rejects the old keys.
    await control(pod.datadogUrl, 'PUT', 'keys', NEW_KEYS);
    const [published, answered] = [count('certificates published'), began.answered()];
    await pod.until(async () => count('certificates published') >= published + 2);
    assert.deepEqual(await began.stop(), []);
    assert.ok(began.answered() > answered + 20, `${began.answered()} answers`);
    assert.match(await knock(clientOnDisk()), /^[0-9A-F:]+$/);
    assert.doesNotMatch(await knock(first), /^[0-9A-F:]+$/, 'the first certificate is of use to nobody');
  });

  it('stop with the watcher, which revokes its token', async () => {
    const url = watch.announced('ops');
    assert.equal((await fetch(`${url}/readyz`)).status, 200);
    const text = await (await fetch(`${url}/metrics`)).text();
    assert.match(text, /birddog_init_vault_failing\{[^}]*\} 0/);
    assert.match(text, /birddog_certificate_seconds_left\{certificate="upstream_client"[^}]*\} 8\d{4}/);
    watch.stop();
    await watch.ended;
    const seen = await (await control(pod.vaultUrl, 'GET', 'requests')).text();
    assert.ok(seen.endsWith('"path":"/v1/auth/token/revoke-self","query":{}}]'), seen.slice(-200));
    const leaf = new X509Certificate(file(pod.secretsSidecar, 'tls.crt'));
    await pod.until(async () => (await knock(clientOnDisk())) === leaf.fingerprint256);
  });

  it('are used for new connections: Birddog reaches a restarted sidecar', async () => {
    await pod.kill('sidecar', 'SIGKILL');
    await pod.until(
      async () => (await request(pod, 'GET', '/get_monitors?application=load-0')).status === 200,
    );
  });
});

describe('the port for users with TLS', () => {
  it('presents a new certificate when the files change, without interruption', async () => {
    const folder = dirname(dirname(pod.secretsMain));
    const [one, two] = [
      await mintCertificates({ now: new Date(), days: 1 }),
      await mintCertificates({ now: new Date(), days: 1 }),
    ];
    for (const [name, { server }] of [
      ['..one', one],
      ['..two', two],
    ] as const) {
      mkdirSync(join(folder, 'tls', name), { recursive: true });
      writeFileSync(join(folder, 'tls', name, 'tls.crt'), server.cert);
      writeFileSync(join(folder, 'tls', name, 'tls.key'), server.key);
    }
    // As Kubernetes mounts a Secret.
    const point = (name: string) => {
      symlinkSync(name, join(folder, 'tls', '..next'));
      renameSync(join(folder, 'tls', '..next'), join(folder, 'tls', '..data'));
    };
    point('..one');
    for (const name of ['tls.crt', 'tls.key']) symlinkSync(`..data/${name}`, join(folder, 'tls', name));
    const secure = await pod.startMore('serve', (spec) => ({
      ...spec,
      name: 'serve-tls',
      env: {
        ...spec.env,
        ...LOOK,
        BIRDDOG_TLS: join(folder, 'tls'),
        BIRDDOG_LEDGER: join(folder, 'tls.sqlite'),
      },
    }));
    const agent = new https.Agent({ keepAlive: true, ca: one.ca + two.ca });
    const ask = (options: https.RequestOptions) =>
      new Promise<string>((resolve, reject) => {
        const asking = https.get(new URL('/healthz', secure.announced('ready')), options, (answer) => {
          const { socket } = answer;
          assert.ok(socket instanceof tls.TLSSocket);
          const shown = asking.reusedSocket ? 'as before' : socket.getPeerX509Certificate()?.fingerprint256;
          answer.resume().on('end', () => resolve(`${answer.statusCode} ${shown}`));
        });
        asking.on('error', (error) => reject(error));
      });
    const shows = ({ server }: typeof one) => `200 ${new X509Certificate(server.cert).fingerprint256}`;
    assert.equal(await ask({ agent }), shows(one));
    point('..two');
    await pod.until(async () => (await ask({ agent: false, ca: two.ca }).catch(() => '')) === shows(two));
    assert.equal(await ask({ agent }), '200 as before', 'a connection that is open stays open');
    assert.ok(
      (await metric(secure.announced('ops'), 'birddog_certificate_seconds_left\\{certificate="own".*\\}')) >
        86_000,
    );
    agent.destroy();
  });
});

describe('an invalid set of secrets', () => {
  const create = (application: string) =>
    request(pod, 'POST', '/create_monitor', {
      body: JSON.stringify({ application, team: 't', monitor: { ...MONITOR, name: 'x' } }),
      headers: { 'content-type': 'application/json' },
    });
  const replace = (path: string, text: string) => {
    writeFileSync(`${path}.next`, text);
    renameSync(`${path}.next`, path);
  };
  const refused = (part: string) => `birddog_secrets_refused\\{part="${part}",process="\\w+"\\}`;

  it('is rejected, and the previous set stays in use', async () => {
    const other = await mintCertificates({ now: new Date(), days: 1 });
    const key = join(pod.secretsMain, 'tls.key');
    const right = readFileSync(key, 'utf8');
    replace(key, other.client.key);
    rmSync(join(pod.secretsSidecar, 'datadog-app-key'));
    await pod.until(
      async () =>
        (await metric(pod.opsUrl, refused('upstream_certificate'))) === 1 &&
        (await metric(pod.sidecarOpsUrl, refused('datadog_keys'))) === 1,
    );
    for (const application of ['checkout', 'bad-set']) {
      const { status, text } = await create(application);
      assert.ok([200, 201].includes(status), text);
    }
    assert.ok(/secrets not reloaded.*tls.key is not that of the certificate/.test(pod.output()));
    assert.ok(/secrets not reloaded.*datadog-app-key cannot be read/.test(pod.output()));
    replace(key, right);
    await pod.until(async () => (await metric(pod.opsUrl, refused('upstream_certificate'))) === 0);
    assert.equal((await create('bad-set')).status, 200);
  });
});

after(() => {
  const written = pod.output();
  for (const secret of [
    ...Object.values(NEW_KEYS),
    'sandbox-api-key',
    'sandbox-app-key',
    'sandbox-leanix-token',
    'sandbox-password',
    'PRIVATE KEY',
  ]) {
    const at = written.indexOf(secret);
    assert.equal(at, -1, `${secret} was written: ${written.slice(Math.max(0, at - 200), at + 20)}`);
  }
});
