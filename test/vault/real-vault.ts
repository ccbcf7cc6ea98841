import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { generateKeyPairSync, sign, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { accessSync, constants, writeFileSync } from 'node:fs';
import http from 'node:http';
import { delimiter, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { freePort } from '../../emulators/sandbox/ports.ts';
import { mintCertificates } from '../../src/init/certificates.ts';

const START_MS = 60_000;
const ROOT_TOKEN = 'root';
const SIGNER = generateKeyPairSync('ec', { namedCurve: 'P-256' });
/** The key that verifies the service account tokens, for JWT auth. */
export const TOKEN_KEY = SIGNER.publicKey.export({ type: 'spki', format: 'pem' });
/** The issuer of the service account tokens. */
export const ISSUER = 'https://kubernetes.default.svc.cluster.local';

export interface Sent {
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}
export interface VaultAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: ReturnType<typeof JSON.parse>;
}

/** A real OpenBao or Vault in development mode on loopback, with Kubernetes auth and a fake reviewer of tokens. */
export interface RealVault {
  readonly url: string;
  /** The CLI of the server, and the environment with which it acts as root. */
  readonly program: string;
  readonly environment: Readonly<Record<string, string>>;
  request(method: string, path: string, sent?: Sent): Promise<VaultAnswer>;
  /** Sends a request as root. Throws Error if it fails. */
  root(method: string, path: string, body?: unknown): Promise<VaultAnswer['json']>;
  stop(): Promise<void>;
}

/** `bao` or `vault` on the PATH; undefined without one. */
export const PROGRAM = ['bao', 'vault']
  .flatMap((name) => (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, name)))
  .find(isExecutable);

/** Why tests with a real server are skipped here, or false. */
export const NO_VAULT = PROGRAM === undefined ? 'neither bao nor vault is on the PATH' : false;

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Returns a service account token. The reviewer accepts it unless `reviewed` is false. */
export function accountToken(claims: Readonly<Record<string, unknown>> = {}): string {
  const now = Math.floor(Date.now() / 1000);
  const { name = 'birddog', namespace = 'birddog', ...others } = claims;
  const all = {
    aud: ['vault'],
    exp: now + 3600,
    iat: now,
    nbf: now,
    iss: ISSUER,
    sub: `system:serviceaccount:${namespace}:${name}`,
    'kubernetes.io': { namespace, serviceaccount: { name, uid: crypto.randomUUID() } },
    ...others,
  };
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${part({ alg: 'ES256', kid: 'test' })}.${part(all)}`;
  const key = { key: SIGNER.privateKey, dsaEncoding: 'ieee-p1363' } as const;
  return `${signed}.${sign('sha256', Buffer.from(signed), key).toString('base64url')}`;
}

/** Starts the server and configures `auth/kubernetes`. Throws Error if it does not start. */
export async function startRealVault(): Promise<RealVault> {
  const program = PROGRAM ?? 'bao';
  const reviewer = await startReviewer();
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const environment = { VAULT_ADDR: url, BAO_ADDR: url, VAULT_TOKEN: ROOT_TOKEN, BAO_TOKEN: ROOT_TOKEN };
  const flags = ['-dev', `-dev-root-token-id=${ROOT_TOKEN}`, `-dev-listen-address=127.0.0.1:${port}`];
  const server = spawn(program, ['server', ...flags, '-dev-no-store-token'], { stdio: 'ignore' });
  const request: RealVault['request'] = async (method, path, { token, headers = {}, body } = {}) => {
    const response = await fetch(`${url}/v1/${path}`, {
      method,
      redirect: 'manual',
      headers: { ...headers, ...(token === undefined ? {} : { 'x-vault-token': token }) },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      text,
      json: text === '' ? undefined : JSON.parse(text),
    };
  };
  const root: RealVault['root'] = async (method, path, body) => {
    const answer = await request(method, path, { token: ROOT_TOKEN, body });
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
    return answer.json;
  };
  await healthy(server, url, 200);
  await root('POST', 'sys/auth/kubernetes', { type: 'kubernetes' });
  const { ca } = await mintCertificates({ now: new Date(), days: 1 });
  await root('POST', 'auth/kubernetes/config', {
    kubernetes_host: reviewer.url,
    kubernetes_ca_cert: new X509Certificate(ca).toString(),
    token_reviewer_jwt: 'reviewer',
    disable_local_ca_jwt: true,
  });
  return {
    url,
    program,
    environment,
    request,
    root,
    async stop() {
      await killed(server);
      reviewer.close();
    },
  };
}

/** Starts a server that is not initialised. */
export async function startUninitialisedVault(folder: string) {
  const port = await freePort();
  const config = join(folder, 'server.hcl');
  const listener = `listener "tcp" {\n address = "127.0.0.1:${port}"\n tls_disable = true\n}\n`;
  writeFileSync(config, `storage "inmem" {}\n${listener}api_addr = "http://127.0.0.1:${port}"\n`);
  const server = spawn(PROGRAM ?? 'bao', ['server', `-config=${config}`], { stdio: 'ignore' });
  const url = `http://127.0.0.1:${port}`;
  await healthy(server, url, 501);
  return { url, stop: () => killed(server) };
}

async function killed(server: ChildProcess): Promise<void> {
  const ended = once(server, 'exit');
  server.kill('SIGKILL');
  await ended;
}

/** Waits until the server's health has a status. */
async function healthy(server: ChildProcess, url: string, status: number): Promise<void> {
  const end = Date.now() + START_MS;
  for (;;) {
    const answer = await fetch(`${url}/v1/sys/health`).catch(() => undefined);
    if (answer?.status === status) return;
    if (server.exitCode !== null || Date.now() > end) throw new Error('the server did not start');
    await wait(100);
  }
}

/** Reviews tokens as Kubernetes does, without their signature. */
async function startReviewer() {
  const server = http.createServer(async (incoming, response) => {
    const { spec } = JSON.parse(Buffer.concat(await incoming.toArray()).toString());
    const claims = JSON.parse(Buffer.from(spec.token.split('.')[1], 'base64url').toString());
    const user = { username: claims.sub, uid: claims['kubernetes.io']?.serviceaccount.uid };
    const status =
      claims.reviewed === false
        ? { authenticated: false, error: 'invalid bearer token' }
        : { authenticated: true, user, audiences: spec.audiences };
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', status }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('the server has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Runs a program to its end. */
export function run(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<{ readonly status: number; readonly out: string }> {
  return new Promise((resolve) => {
    const child = execFile(
      program,
      args,
      { env: { PATH: process.env['PATH'], ...env } },
      (_error, out, err) => resolve({ status: child.exitCode ?? -1, out: out + err }),
    );
  });
}
