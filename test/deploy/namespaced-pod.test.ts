import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { containerCommand, FS_GROUP, USER } from './container.ts';
import { addBase, layOutImage } from './image-root.ts';
import { type NamespacedPod, startNamespacedPod } from './namespaced-pod.ts';
import { askFrom, inNamespace, POD_ADDRESS, type Question } from './network-namespaces.ts';
import { DEPLOY, NO_KUBECTL } from './rendered.ts';

/** The reason to skip, or false if namespaces are available. CI requires them. */
const skip =
  process.env['CI'] !== 'true' &&
  (NO_KUBECTL ||
    (process.getuid?.() !== 0 && 'only root can make namespaces') ||
    (spawnSync('ip', ['netns', 'list']).status !== 0 &&
      'iproute2 is not installed, or namespaces are not allowed'));

let laidOut = '';
let image = '';
before(() => {
  if (skip) return;
  laidOut = mkdtempSync(join(tmpdir(), 'image-'));
  chmodSync(laidOut, 0o755);
  image = layOutImage(laidOut);
  addBase(image);
});
after(() => skip || rmSync(laidOut, { recursive: true, force: true }));

/** Creates a monitor for an unlisted application from outside the pod. */
function createFromOutside(pod: NamespacedPod) {
  const monitor = { type: 'query alert', name: 'deep', query: 'avg(last_5m):avg:a{*} > 1' };
  const created = askFrom(pod.networks.outside, {
    host: POD_ADDRESS,
    port: 8443,
    servername: 'localhost',
    ca: pod.ca,
    method: 'POST',
    path: '/create_monitor',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${pod.token}` },
    body: JSON.stringify({ application: 'payments-batch', team: 'payments', key: 'deep', monitor }),
  });
  assert.ok('status' in created && created.status === 201, JSON.stringify(created));
  return JSON.parse(created.text);
}

describe('the rendered pod, in namespaces', { skip }, () => {
  let pod: NamespacedPod;
  before(async () => (pod = await startNamespacedPod('openshift+watch', image)));
  after(async () => await pod?.stop());

  const send = (from: 'pod' | 'outside', question: Omit<Question, 'ca'> & { ca?: string }) =>
    askFrom(pod.networks[from], { servername: 'localhost', ca: pod.ca, ...question });
  const upstream = (folder: string, name: string) =>
    readFileSync(join(pod.volume(folder), 'current', name), 'utf8');
  const sidecar = { host: '127.0.0.1', port: 5000, path: '/get_monitors?application=payments-batch' };
  /** Runs a program in a container of the image. Returns its status and output. */
  const run = (container: string, args: readonly string[], input = '', env = pod.environment(container)) => {
    const [command = '', ...rest] = pod.command(container, args);
    return spawnSync(command, rest, { input, encoding: 'utf8', env });
  };

  describe('from outside', () => {
    it("answers on Birddog's port over TLS", () => {
      const health = send('outside', { host: POD_ADDRESS, port: 8443, path: '/healthz' });
      assert.ok('status' in health && health.status === 200, JSON.stringify(health));
    });

    it('requires authentication', () => {
      const query = '?application=payments-batch';
      const asked = send('outside', { host: POD_ADDRESS, port: 8443, path: `/get_monitors${query}` });
      assert.ok('status' in asked && asked.status === 401, JSON.stringify(asked));
    });

    it('creates a monitor through the sidecar', () => {
      assert.equal(createFromOutside(pod).route, 'unlisted');
    });

    it("does not answer on the sidecar's port, with any client certificate", () => {
      const client = { cert: upstream('secrets-main', 'tls.crt'), key: upstream('secrets-main', 'tls.key') };
      for (const shown of [{}, client]) {
        const answer = send('outside', {
          ...sidecar,
          host: POD_ADDRESS,
          ca: upstream('secrets-main', 'ca.crt'),
          ...shown,
        });
        assert.deepEqual(answer, { failed: 'ECONNREFUSED' });
      }
    });
  });

  describe('from inside', () => {
    it("rejects clients of the sidecar's port without a certificate or with the sidecar's", () => {
      const ca = upstream('secrets-main', 'ca.crt');
      const own = {
        cert: upstream('secrets-sidecar', 'tls.crt'),
        key: upstream('secrets-sidecar', 'tls.key'),
      };
      for (const shown of [{}, own]) assert.ok('failed' in send('pod', { ...sidecar, ca, ...shown }));
    });

    it("accepts Birddog's certificate", () => {
      const client = { cert: upstream('secrets-main', 'tls.crt'), key: upstream('secrets-main', 'tls.key') };
      const headers = { 'birddog-caller': 'test' };
      const answer = send('pod', { ...sidecar, ca: upstream('secrets-main', 'ca.crt'), headers, ...client });
      assert.ok('status' in answer && answer.status === 200, JSON.stringify(answer));
    });
  });

  describe('each process', () => {
    it('runs as an arbitrary user of group 0, without capabilities or privilege escalation', () => {
      for (const name of ['birddog', 'sidecar', 'watch']) {
        const status = readFileSync(`/proc/${pod.pid(name)}/status`, 'utf8');
        const line = (word: string) => new RegExp(`^${word}:\\s*(.*?)\\s*$`, 'm').exec(status)?.[1];
        assert.equal(line('Uid'), Array.from({ length: 4 }, () => USER).join('\t'));
        assert.equal(line('Gid'), '0\t0\t0\t0');
        assert.equal(line('Groups'), `${FS_GROUP}`);
        assert.deepEqual(
          [line('CapEff'), line('CapPrm'), line('NoNewPrivs')],
          ['0'.repeat(16), '0'.repeat(16), '1'],
        );
      }
    });

    it('can read only its own secrets and write none', () => {
      const seen = (name: string, folder: string) =>
        readdirSync(join('/proc', `${pod.pid(name)}`, 'root', 'run/birddog', folder)).toSorted();
      const keys = ['datadog-api-key', 'datadog-app-key'];
      const certificates = ['ca.crt', 'tls.crt', 'tls.key'];
      const catalogs = ['leanix-api-token', 'servicenow-password', 'servicenow-username'];
      assert.deepEqual(
        seen('birddog', 'secrets/current'),
        [...certificates, ...keys, ...catalogs].toSorted(),
      );
      assert.deepEqual(seen('sidecar', 'secrets/current'), [...certificates, ...keys].toSorted());
      for (const name of ['birddog', 'sidecar']) {
        const mounts = readFileSync(`/proc/${pod.pid(name)}/mounts`, 'utf8');
        assert.match(mounts, /\/run\/birddog\/secrets \S+ ro,/);
        assert.match(mounts, /\/run\/birddog\/ledger \S+ rw,/);
        assert.match(run(name, ['touch', '/run/birddog/secrets/x']).stderr, /Read-only file system/);
      }
    });

    it('has a read-only root', () => {
      for (const folder of ['/', '/opt/birddog', '/opt/birddog/dist/compile-cache', '/usr/local/bin', '/run'])
        assert.match(run('birddog', ['touch', `${folder}/x`]).stderr, /Read-only file system/, folder);
      assert.equal(run('birddog', ['touch', '/tmp/x']).status, 0);
    });
  });

  describe('the image', () => {
    it('contains no file that its user could write with a writable root', () => {
      const own = ['/opt/birddog', '/opt/birddog/dist', '/opt/birddog/bin/birddog', '/usr/local/bin/node'];
      for (const path of own) {
        const [command = '', ...args] = containerCommand({
          image,
          network: pod.networks.pod,
          mounts: [],
          writableRoot: true,
          args: ['sh', '-c', `touch "${path}/x" 2>/dev/null || echo >>"${path}"`],
        });
        const { status, stderr } = spawnSync(command, args, {
          encoding: 'utf8',
          env: { PATH: '/usr/bin:/usr/sbin' },
        });
        assert.notEqual(status, 0, path);
        assert.match(stderr, /Permission denied|cannot create/, path);
      }
    });

    it('contains only the launcher, the bundles, Node.js and its libraries', () => {
      const alone = join(laidOut, 'alone');
      execFileSync(join(laidOut, 'source/deploy/lay-out.sh'), [alone]);
      const files = readdirSync(alone, { recursive: true, withFileTypes: true })
        .filter((entry) => !entry.isDirectory())
        .map((entry) => join(entry.parentPath, entry.name).slice(alone.length));
      const allowed =
        /^\/(opt\/birddog\/(NOTICE|bin\/birddog|package\.json|dist\/\w+\.js|dist\/(known-metrics\.br|datadog-descriptions\.txt|widget-types\.txt|[\w-]+\.yaml)|dist\/compile-cache\/[\w.-]+\/\w+)|usr\/local\/bin\/(birddog|node)|(usr\/)?lib(64)?\/[\w/-]*lib(stdc\+\+|gcc_s|atomic)\.so\.\d+)$/;
      for (const file of files) assert.match(file, allowed);
      for (const needed of ['/usr/local/bin/node', '/opt/birddog/bin/birddog', '/opt/birddog/dist/serve.js'])
        assert.ok(files.includes(needed), needed);
    });

    it('runs the other commands, and contains no sandbox', () => {
      const lint = run(
        'birddog',
        ['birddog', 'lint', '-'],
        'type: query alert\nquery: avg(last_5m):sum:a{*} >\n',
      );
      assert.equal(lint.status, 1, lint.stderr);
      assert.match(lint.stdout, /query/);
      const dashboard = run(
        'birddog',
        ['birddog', 'lint', '-'],
        'title: a\nlayout_type: ordered\nwidgets: [{definition: {type: notes, content: a}}]\n',
      );
      assert.equal(dashboard.status, 1, dashboard.stderr);
      assert.match(dashboard.stdout, /did you mean|note/);
      const sandbox = run('birddog', ['birddog', 'sandbox']);
      assert.equal(sandbox.status, 69);
      assert.match(sandbox.stderr, /not part of this installation/);
      const wrong = run('birddog', ['birddog', 'serve'], '', {
        PATH: pod.environment('birddog')['PATH'] ?? '',
      });
      assert.equal(wrong.status, 78, 'invalid settings stop the start');
      for (const program of ['npm', 'npx', 'yarn', 'corepack'])
        assert.equal(run('birddog', ['sh', '-c', `command -v ${program}`]).status, 127);
    });
  });

  describe('deploy.sh', () => {
    /** Runs the script against a fake cluster that executes only the commands for Birddog's container. */
    const deploy = (...options: string[]) => {
      const within = join(laidOut, 'within-birddog');
      // The certificate of this pod is for loopback, because there is no DNS.
      const env = { ...pod.environment('birddog'), BIRDDOG_URL: 'https://127.0.0.1:8443' };
      const words = [...Object.entries(env).map((pair) => pair.join('=')), ...pod.command('birddog', [])];
      const quoted = words.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
      writeFileSync(within, `#!/bin/sh\nexec env -i ${quoted} "$@"\n`, { mode: 0o755 });
      writeFileSync(join(laidOut, 'rendered.yaml'), '');
      const script = [join(DEPLOY, 'deploy.sh'), '--yes', '--write', ...options, 'openshift'];
      const [command = '', ...args] = inNamespace(pod.networks.pod, ...script);
      return spawnSync(command, args, {
        encoding: 'utf8',
        env: {
          PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
          KUBECTL: join(import.meta.dirname, 'stand-in-kubectl.sh'),
          CALLS: join(mkdtempSync(join(laidOut, 'calls-')), 'calls'),
          RENDERED: join(laidOut, 'rendered.yaml'),
          REVISION: '7',
          BIRDDOG_TOKEN: pod.token,
          EXEC: within,
          BIRDDOG_CACERT: join(pod.volume('tls'), 'ca.crt'),
        },
      });
    };

    for (const [how, ...options] of [
      ['in its container'],
      ['from where the script runs', '--url', 'https://127.0.0.1:8443'],
    ] as const)
      it(`reports a healthy pod, with the real check ${how}`, () => {
        const { status, stdout, stderr } = deploy(...options);
        assert.equal(status, 0, stdout + stderr);
        const report = JSON.parse(/^\{$[^]*^\}$/m.exec(stdout)?.[0] ?? '{}');
        assert.equal(report.ok, true, stdout);
        for (const name of ['dry_run', 'create', 'read', 'delete'])
          assert.ok(
            report.parts.some(
              (part: { name: string; state: string }) => part.name === name && part.state === 'ok',
            ),
          );
      });

    it('rolls back when the sidecar is unavailable', () => {
      const launcher = pod.pid('sidecar');
      const [server] = readFileSync(`/proc/${launcher}/task/${launcher}/children`, 'utf8').split(' ');
      process.kill(launcher, 'SIGSTOP');
      try {
        process.kill(Number(server), 'SIGKILL');
        const { status, stderr } = deploy();
        assert.equal(status, 2, stderr);
        assert.match(stderr, /check after the deployment failed[^]*rolled back to the previous state/);
      } finally {
        process.kill(launcher, 'SIGCONT');
      }
    });
  });

  it('logs no secret', () => {
    for (const secret of ['sandbox-api-key', 'sandbox-app-key', 'sandbox-jwt', pod.token, 'PRIVATE KEY'])
      assert.ok(!pod.output().includes(secret), secret);
  });
});

describe('the pod without a login to Vault, in namespaces', { skip }, () => {
  for (const [overlay, source] of [
    ['vault-injector', 'the agent wrote'],
    ['secret', 'the Secrets contain'],
  ])
    it(`serves with the keys that ${source} and the certificates that init minted`, async () => {
      const pod = await startNamespacedPod(`openshift+${overlay}`, image);
      try {
        assert.equal(createFromOutside(pod).route, 'unlisted');
        assert.ok(!pod.output().includes('logged in to Vault'));
      } finally {
        await pod.stop();
      }
    });
});
