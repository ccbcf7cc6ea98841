import { createHash, randomBytes } from 'node:crypto';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, posix } from 'node:path';
import type { Volume } from 'kubernetes-types/core/v1.d.ts';
import { createSupervisor } from '../../emulators/sandbox/supervisor.ts';
import { mintCertificates } from '../../src/init/certificates.ts';
import { containerCommand, FS_GROUP, type Mount } from './container.ts';
import { type KubernetesObject, ofKind } from './kinds.ts';
import { inNamespace, makeNetworkNamespaces, type NetworkNamespaces } from './network-namespaces.ts';
import { containerOf, containersOf, environmentOf, podOf } from './pod-of.ts';
import { DEPLOY, rendered } from './rendered.ts';

const EMULATORS = { vault: 9200, datadog: 9100, leanix: 9300, servicenow: 9400 };
const at = (name: keyof typeof EMULATORS) => `http://127.0.0.1:${EMULATORS[name]}`;
/** The settings of an organisation, by ConfigMap. They point to the emulators on the pod's loopback; empty means unset. */
const SETTINGS = {
  'birddog-main': {
    DATADOG_SITE: '',
    DATADOG_URL: at('datadog'),
    LEANIX_URL: at('leanix'),
    SERVICENOW_URL: at('servicenow'),
    BIRDDOG_AUTH: 'tokens',
    BIRDDOG_OIDC_ISSUER: '',
    BIRDDOG_OIDC_AUDIENCE: '',
    BIRDDOG_TOKENS: '/run/birddog/tokens/tokens.yaml',
  },
  'birddog-sidecar': { DATADOG_SITE: '', DATADOG_URL: at('datadog') },
  'birddog-init': { VAULT_ADDR: at('vault') },
};
/** The secrets in the Vault emulator. */
const SECRETS: Readonly<Record<string, string>> = {
  'datadog-api-key': 'sandbox-api-key',
  'datadog-app-key': 'sandbox-app-key',
  'leanix-api-token': 'sandbox-leanix-token',
  'servicenow-username': 'sandbox-user',
  'servicenow-password': 'sandbox-password',
};
const ACCESS = 'rules:\n  - groups: [testers]\n    applications: ["*"]\n    may: [read, write]\n';

/** The rendered pod, run from the content of the image in Linux namespaces, beside emulators. */
export interface NamespacedPod {
  readonly networks: NetworkNamespaces;
  /** The CA of the certificate with which Birddog's port speaks TLS, for the name localhost. PEM. */
  readonly ca: string;
  /** A token that Birddog accepts. */
  readonly token: string;
  /** The folder that is mounted as a volume. */
  volume(name: string): string;
  /** Returns the command that runs a program as in a container of the pod. */
  command(container: string, args: readonly string[]): string[];
  environment(container: string): Record<string, string>;
  /** Returns the process ID of a container (for the sidecar: of its launcher). */
  pid(container: string): number;
  /** Returns the output of the processes. */
  output(): string;
  stop(): Promise<void>;
}

/**
 * Starts init and then the other containers of an overlay, each from `image`, a folder with the content of the image. Rejects
 * with their output. Requires root.
 */
export async function startNamespacedPod(overlay: string, image: string): Promise<NamespacedPod> {
  const folder = mkdtempSync(join(tmpdir(), 'namespaced-pod-'));
  chmodSync(folder, 0o755);
  const lines: string[] = [];
  const supervisor = createSupervisor(
    (name, line) => lines.push(`${name}: ${line}`),
    (reason) => lines.push(reason),
  );
  const networks = makeNetworkNamespaces();
  const stop = async () => {
    await supervisor.stop();
    networks.remove();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const objects = withSettings(structuredClone(rendered(overlay)));
    const { ca, server } = await mintCertificates({ now: new Date(), days: 1 });
    const token = `birddog_${randomBytes(32).toString('base64url')}`;
    const volume = (name: string) => join(folder, 'volumes', name);
    for (const { name, ...of } of podOf(objects).volumes ?? [])
      makeVolume(volume(name), of, {
        tls: { 'tls.crt': server.cert, 'tls.key': server.key, 'ca.crt': ca },
        token,
      });
    const mountsOf = (container: string): Mount[] =>
      (containerOf(podOf(objects), container).volumeMounts ?? []).map((mount) => ({
        source: volume(mount.name),
        path: mount.mountPath,
        readOnly: mount.readOnly ?? false,
      }));
    const command = (container: string, args: readonly string[]) =>
      containerCommand({ image, network: networks.pod, mounts: mountsOf(container), args });
    const environment = (container: string) => ({
      PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      ...environmentOf(objects, container),
    });
    await Promise.all(
      Object.entries(EMULATORS).map(async ([name, port]) => {
        const program = join(DEPLOY, '../emulators', name, 'index.ts');
        const [first = '', ...args] = inNamespace(networks.pod, process.execPath, '--no-warnings', program);
        const env = { PATH: process.env['PATH'], [`${name.toUpperCase()}_EMULATOR_PORT`]: `${port}` };
        await supervisor.start({ name, command: first, args, env: { ...env, STOP_WITH_STDIN: 'true' } });
      }),
    );
    renderAsTheAgent(objects, volume);
    const names = ['init', 'watch', 'sidecar', 'birddog'];
    const present = containersOf(podOf(objects)).map((container) => container.name);
    for (const name of names.filter((n) => present.includes(n))) {
      const [first = '', ...args] = command(name, [
        'birddog',
        ...(containerOf(podOf(objects), name).args ?? []),
      ]);
      await supervisor.start({ name, command: first, args, env: environment(name), once: name === 'init' });
    }
    const pid = (name: string) => supervisor.child(name).pid ?? 0;
    return {
      networks,
      ca,
      token,
      volume,
      command,
      environment,
      pid,
      output: () => lines.join('\n'),
      stop,
    };
  } catch (error) {
    await stop();
    throw new Error(`the pod did not start; its processes wrote:\n${lines.join('\n')}`, { cause: error });
  }
}

function withSettings(objects: KubernetesObject[]): KubernetesObject[] {
  for (const map of ofKind(objects, 'ConfigMap')) {
    for (const [name, settings] of Object.entries(SETTINGS))
      if (map.metadata?.name?.startsWith(`${name}-`)) Object.assign(map.data ?? {}, settings);
  }
  return objects;
}

/** Creates the folder of a volume: empty and writable, or with files owned as by Kubernetes. */
function makeVolume(
  folder: string,
  of: Omit<Volume, 'name'>,
  given: { readonly tls: Record<string, string>; readonly token: string },
): void {
  mkdirSync(folder, { recursive: true });
  const put = (files: Readonly<Record<string, string>>, mode = 0o644) => {
    for (const [name, text] of Object.entries(files)) {
      writeFileSync(join(folder, name), text);
      chmodSync(join(folder, name), mode);
      chownSync(join(folder, name), 0, FS_GROUP);
    }
  };
  if (of.emptyDir) chmodSync(folder, 0o777);
  else if (of.projected) put({ token: 'sandbox-jwt' }, 0o640);
  else if (of.configMap?.name === 'birddog-access') put({ 'access.yaml': ACCESS });
  else if (of.configMap?.name === 'birddog-service-ca') put({ 'service-ca.crt': given.tls['ca.crt'] ?? '' });
  else if (of.secret?.secretName === 'birddog-tls') put(given.tls, of.secret.defaultMode);
  else if (of.secret?.secretName === 'birddog-keys-main') put(SECRETS, of.secret.defaultMode);
  else if (of.secret?.secretName === 'birddog-keys-sidecar')
    put(Object.fromEntries(Object.entries(SECRETS).slice(0, 2)), of.secret.defaultMode);
  else if (of.secret?.secretName === 'birddog-tokens')
    put({ 'tokens.yaml': tokensFile(given.token) }, of.secret.defaultMode);
}

/** Writes the key files as the Vault Agent of `vault-injector` would, by the annotations and the mounts of init. */
function renderAsTheAgent(objects: readonly KubernetesObject[], volume: (name: string) => string): void {
  const annotations = ofKind(objects, 'Deployment')[0]?.spec?.template.metadata?.annotations ?? {};
  for (const [name, file] of Object.entries(annotations)) {
    const [, secret] = /\/agent-inject-file-(.+)$/.exec(name) ?? [];
    if (secret === undefined) continue;
    const path = posix.join('/vault/secrets', file);
    const template = annotations[`vault.hashicorp.com/agent-inject-template-${secret}`] ?? '';
    const [, field = ''] = /index \.Data\.data "([\w-]+)"/.exec(template) ?? [];
    const mounts = containerOf(podOf(objects), 'init').volumeMounts ?? [];
    const mount = mounts.find((m) => m.mountPath === posix.dirname(path));
    const folder = volume(mount?.name ?? 'lost');
    writeFileSync(join(folder, posix.basename(path)), SECRETS[field] ?? '');
  }
}

function tokensFile(token: string): string {
  const entry = {
    name: 'tester',
    sha256: createHash('sha256').update(token).digest('hex'),
    expires: new Date(Date.now() + 86_400_000).toISOString().slice(0, 10),
    groups: ['testers'],
  };
  return JSON.stringify({ tokens: [entry] });
}
