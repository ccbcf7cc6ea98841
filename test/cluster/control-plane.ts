import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import https from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { freePort } from '../../emulators/sandbox/ports.ts';

/** Where .ci/kubernetes-programs installs kube-apiserver, kube-controller-manager, kubectl and etcd. */
const PROGRAMS = '/var/tmp/birddog-kubernetes';
const NAMES = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kubectl'] as const;
export const KUBECTL = join(PROGRAMS, 'kubectl');
const START_MS = 120_000;
const ISSUER = 'https://kubernetes.default.svc.cluster.local';
/** Users, by their token. */
const USERS = {
  admin: 'admin,1,"system:masters"',
  node: 'system:node:node1,2,"system:nodes"',
};
const CONTROLLERS = ['deployment', 'replicaset', 'serviceaccount', 'resourcequota', 'namespace'];

export interface ApiAnswer {
  readonly status: number;
  readonly body: ReturnType<typeof JSON.parse>;
}
interface Sent {
  readonly body?: unknown;
  /** Default: application/json. */
  readonly type?: string;
  /** Default: the administrator's. */
  readonly token?: string;
}

/** A real Kubernetes control plane on loopback, without a kubelet and a scheduler. */
export interface ControlPlane {
  /** Sends a request to the API server. */
  request(method: string, path: string, sent?: Sent): Promise<ApiAnswer>;
  /** Writes a kubeconfig with one context and returns its path. */
  kubeconfig(namespace: string, token?: string): string;
  /** Executes kubectl as the administrator. Rejects with its output if it fails. */
  kubectl(...args: string[]): Promise<string>;
  /** Stops and continues the controllers. */
  signalControllers(signal: 'SIGSTOP' | 'SIGCONT'): void;
  stop(): Promise<void>;
}

/** Why tests with a control plane are skipped here; false where its programs are installed. Never skipped in CI. */
export function skipCluster(): string | false {
  if (process.env['CI'] === 'true' || NAMES.every((name) => existsSync(join(PROGRAMS, name)))) return false;
  return 'etcd and the programs of Kubernetes are not installed; run .ci/kubernetes-programs (it needs go)';
}

/** Starts etcd, kube-apiserver and, if `controllers` is true, kube-controller-manager. */
export async function startControlPlane({ controllers }: { controllers: boolean }): Promise<ControlPlane> {
  const folder = mkdtempSync(join(tmpdir(), 'birddog-cluster-'));
  const port = await freePort();
  const children: ChildProcess[] = [];
  const output: string[] = [];
  const start = (name: (typeof NAMES)[number], args: readonly string[]) => {
    const child = spawn(join(PROGRAMS, name), args, { stdio: ['ignore', 'pipe', 'pipe'] });
    child.on('error', (error) => output.push(`${error}`));
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => {
        output.push(`${name}: ${chunk}`);
        if (output.length > 100) output.shift();
      });
    children.push(child);
    return child;
  };
  // A test that crashes would leave them running.
  const kill = () => children.forEach((child) => child.kill('SIGKILL'));
  process.once('exit', kill);
  const stop = async () => {
    process.off('exit', kill);
    const ended = children.map((child) => new Promise((resolve) => child.once('exit', resolve)));
    kill();
    if (children.every((child) => child.pid !== undefined)) await Promise.all(ended);
    rmSync(folder, { recursive: true });
  };
  const client = apiClient(folder, port);
  try {
    await startServers(folder, port, start);
    await until(async () => (await client.request('GET', '/readyz')).status === 200, output);
    const controllerArgs = [
      `--kubeconfig=${client.kubeconfig('default')}`,
      `--service-account-private-key-file=${join(folder, 'accounts.key')}`,
      `--controllers=${CONTROLLERS.join(',')}`,
      '--leader-elect=false',
      '--secure-port=0',
    ];
    const manager = controllers ? start('kube-controller-manager', controllerArgs) : undefined;
    if (!controllers) return { ...client, signalControllers: () => {}, stop };
    const account = '/api/v1/namespaces/default/serviceaccounts/default';
    await until(async () => (await client.request('GET', account)).status === 200, output);
    return { ...client, signalControllers: (signal) => manager?.kill(signal), stop };
  } catch (error) {
    await stop();
    throw new Error(`the control plane did not start:\n${output.join('')}`, { cause: error });
  }
}

async function startServers(
  folder: string,
  port: number,
  start: (name: 'etcd' | 'kube-apiserver', args: readonly string[]) => void,
): Promise<void> {
  const [client, peer] = [`http://127.0.0.1:${await freePort()}`, `http://127.0.0.1:${await freePort()}`];
  start('etcd', [
    `--data-dir=${join(folder, 'etcd')}`,
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=default=${peer}`,
  ]);
  const { privateKey, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const users = Object.entries(USERS).map(([token, user]) => `${token},${user}\n`);
  start('kube-apiserver', [
    `--etcd-servers=${client}`,
    '--bind-address=127.0.0.1',
    '--advertise-address=127.0.0.1',
    `--secure-port=${port}`,
    `--cert-dir=${folder}`,
    `--token-auth-file=${file('users.csv', users.join(''))}`,
    `--service-account-key-file=${file('accounts.pub', publicKey)}`,
    `--service-account-signing-key-file=${file('accounts.key', privateKey)}`,
    `--service-account-issuer=${ISSUER}`,
    '--authorization-mode=Node,RBAC',
    '--enable-admission-plugins=NodeRestriction',
    '--service-cluster-ip-range=10.96.0.0/16',
    '--endpoint-reconciler-type=none',
    '--kubelet-preferred-address-types=InternalIP',
  ]);
}

/** The parts of a control plane that only talk to its API server. */
function apiClient(folder: string, port: number): Pick<ControlPlane, 'request' | 'kubeconfig' | 'kubectl'> {
  const agent = new https.Agent({ keepAlive: true });
  const authority = join(folder, 'apiserver.crt');
  const kubeconfig: ControlPlane['kubeconfig'] = (namespace, token = 'admin') => {
    const path = join(mkdtempSync(join(folder, 'client-')), 'kubeconfig');
    const cluster = { server: `https://127.0.0.1:${port}`, 'certificate-authority': authority };
    const config = {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'here', cluster }],
      users: [{ name: 'user', user: { token } }],
      contexts: [{ name: 'here', context: { cluster: 'here', user: 'user', namespace } }],
      'current-context': 'here',
    };
    writeFileSync(path, JSON.stringify(config));
    return path;
  };
  let administrator: string | undefined;
  return {
    kubeconfig,
    kubectl: async (...args) => {
      administrator ??= kubeconfig('default');
      const { status, out } = await execute(KUBECTL, args, { KUBECONFIG: administrator, HOME: folder });
      if (status !== 0) throw new Error(`kubectl ${args.join(' ')}: ${out}`);
      return out;
    },
    request: (method, path, { body, type = 'application/json', token = 'admin' } = {}) =>
      new Promise((resolve, reject) => {
        const headers = { 'content-type': type, authorization: `Bearer ${token}` };
        const ca = readFileSync(authority);
        const options = { host: '127.0.0.1', port, path, method, headers, agent, ca };
        const request = https.request(options, (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk) => chunks.push(chunk));
          response.on('end', () => {
            const text = Buffer.concat(chunks).toString();
            const isJson = response.headers['content-type']?.includes('json') ?? false;
            resolve({ status: response.statusCode ?? 0, body: isJson ? JSON.parse(text) : text });
          });
        });
        request.on('error', reject);
        request.end(body === undefined ? undefined : JSON.stringify(body));
      }),
  };
}

/** Executes a program and returns its status and its output, both streams together. `watch` gets each piece of it. */
export function execute(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  watch: (piece: string) => void = () => {},
): Promise<{ status: number | null; out: string }> {
  return new Promise((resolve, reject) => {
    const path = process.env['PATH'] ?? '';
    const child = execFile(program, args, { env: { PATH: path, ...env } });
    let out = '';
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (piece: string) => {
        out += piece;
        watch(piece);
      });
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, out }));
  });
}

/** Polls until the condition is true. Rejects after some time with the output so far. */
export async function until(isTrue: () => Promise<boolean>, output: readonly string[] = []): Promise<void> {
  const end = performance.now() + START_MS;
  while (!(await isTrue().catch(() => false))) {
    if (performance.now() > end) throw new Error(`not in time:\n${output.join('')}`);
    await wait(100);
  }
}
