import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sandboxSeed } from '../../emulators/vault/vault-seed.ts';
import { type Answer, control, type Pod, request, startPod } from '../acceptance/pod.ts';
import { startWebhookReceiver, type WebhookReceiver } from '../acceptance/webhook-receiver.ts';
import { type PostgresqlServer, startPostgresql } from './server.ts';

/** Two replicas of Birddog and their sidecars with one ledger in PostgreSQL, and one emulated Datadog. */
export interface Replicas {
  readonly server: PostgresqlServer;
  /** The first replica, and the emulators. */
  readonly pod: Pod;
  /** Sends a request to a replica (0 or 1) and checks the answer against its schema. The body is JSON, or the text of YAML. */
  send(replica: number, method: string, path: string, body?: object | string): Promise<Answer>;
  /** Returns the objects that Datadog holds, read directly from the emulator. */
  held(): Promise<Record<'monitors' | 'dashboards', { readonly name?: string; readonly title?: string }[]>>;
  /** Returns the sum of a metric over all processes. */
  metric(name: string): Promise<number>;
  /** The receiver of all incident notifications. */
  readonly receiver: WebhookReceiver;
  stop(): Promise<void>;
}

/** BIRDDOG_INCIDENT_AFTER_MS of all processes. */
const INCIDENT_AFTER_MS = 200;

/** Starts PostgreSQL and both replicas. The credentials come from the emulated Vault. */
export async function startReplicas(): Promise<Replicas> {
  const server = await startPostgresql();
  const ledger = { BIRDDOG_LEDGER: server.createDatabase().href, BIRDDOG_SETTLE_MS: '5000' };
  const receiver = await startWebhookReceiver();
  const folder = mkdtempSync(join(tmpdir(), 'receivers-'));
  const quick = {
    ...ledger,
    BIRDDOG_CHECK_TTL_MS: '0',
    BIRDDOG_INCIDENT_AFTER_MS: String(INCIDENT_AFTER_MS),
    BIRDDOG_RECEIVERS: receiversFile(folder, receiver.url),
  };
  const stopReceiver = () => {
    receiver.close();
    rmSync(folder, { recursive: true });
  };
  let pod: Pod;
  try {
    const env = { vault: { VAULT_SEED: seedWith(server) }, serve: quick, sidecar: quick };
    pod = await startPod({ env, limits: false });
  } catch (error) {
    stopReceiver();
    await server.stop();
    throw error;
  }
  const more = { STOP_WITH_STDIN: 'true', ...quick };
  const sidecar = await pod.startMore('sidecar', (spec) => ({
    ...spec,
    name: 'sidecar-2',
    env: { ...spec.env, ...more },
  }));
  const serve = await pod.startMore('serve', (spec) => ({
    ...spec,
    name: 'serve-2',
    env: { ...spec.env, ...more, SIDECAR_URL: sidecar.announced('ready') },
  }));
  const replicas = [pod, { ...pod, birddogUrl: serve.announced('ready') }];
  const opsUrls = [pod.opsUrl, pod.sidecarOpsUrl, serve.announced('ops'), sidecar.announced('ops')];
  return {
    server,
    pod,
    send(replica, method, path, body) {
      const type = typeof body === 'string' ? 'application/yaml' : 'application/json';
      const sent = body && {
        body: typeof body === 'string' ? body : JSON.stringify(body),
        headers: { 'content-type': type },
      };
      return request(replicas[replica] ?? pod, method, path, sent || {});
    },
    held: async () => JSON.parse(await (await control(pod.datadogUrl, 'GET', 'state')).text()),
    async metric(name) {
      const texts = await Promise.all(opsUrls.map(async (url) => (await fetch(`${url}/metrics`)).text()));
      return texts.reduce((sum, text) => sum + valueIn(text, name), 0);
    },
    receiver,
    async stop() {
      await pod.stop();
      stopReceiver();
      await server.stop();
    },
  };
}

/** Returns the seed of the sandbox's Vault with the ledger's credentials in the secrets of both containers. */
export function seedWith({ credentials: { user, password } }: PostgresqlServer): string {
  const seed = sandboxSeed();
  const secrets = Object.entries(seed.secrets).map(([path, pairs]) => [
    path,
    { ...pairs, 'ledger-user': user, 'ledger-password': password.reveal() },
  ]);
  return JSON.stringify({ ...seed, secrets: Object.fromEntries(secrets) });
}

function valueIn(text: string, name: string): number {
  const line = text.split('\n').find((one) => one.startsWith(`${name}{`) || one.startsWith(`${name} `));
  return Number(line?.split(' ').at(-1) ?? Number.NaN);
}

/** Writes a receivers file with a webhook into a folder. Returns its path. */
function receiversFile(folder: string, url: string): string {
  const path = join(folder, 'receivers.yaml');
  writeFileSync(join(folder, 'webhook-url'), url);
  writeFileSync(path, 'receivers:\n  - type: webhook\n    url_file: webhook-url\n');
  return path;
}
