import { join } from 'node:path';
import type { ProcessSpec } from './child.ts';
import type { Env, PortName, Settings } from './settings.ts';

/** What a process is started from. */
export interface ProcessContext {
  readonly settings: Settings;
  /** Where secrets and journals are. */
  readonly folder: string;
  /** The address that a process said it is ready at. */
  url(name: ProcessName): string;
}

/** The token file that Kubernetes would mount, and the journals and secrets, within the folder. */
export const FILES = {
  serviceAccountToken: 'token',
  secretsMain: 'main',
  secretsSidecar: 'sidecar',
  journalMain: 'main.sqlite',
  journalSidecar: 'sidecar.sqlite',
};

const ROOT = join(import.meta.dirname, '../..');
/** Variables of the person's environment that every process gets, and those that go to who talks to the outside. */
const EVERYONE = ['PATH', 'HOME', 'TMPDIR', 'NODE_COMPILE_CACHE'];
const OUTSIDE = [...EVERYONE, 'HTTPS_PROXY', 'https_proxy', 'NO_PROXY', 'no_proxy', 'NODE_EXTRA_CA_CERTS'];

/** Every process of the sandbox, as it is started. */
const PROCESSES = {
  vault: (s: ProcessContext) =>
    emulator(s, 'vault', 'VAULT_EMULATOR_PORT', {
      DATADOG_API_KEY: s.settings.realDatadog?.DATADOG_API_KEY,
      DATADOG_APP_KEY: s.settings.realDatadog?.DATADOG_APP_KEY,
    }),
  datadog: (s: ProcessContext) => emulator(s, 'datadog', 'DATADOG_EMULATOR_PORT'),
  leanix: (s: ProcessContext) => emulator(s, 'leanix', 'LEANIX_EMULATOR_PORT'),
  servicenow: (s: ProcessContext) => emulator(s, 'servicenow', 'SERVICENOW_EMULATOR_PORT'),
  init: (s: ProcessContext): ProcessSpec => ({
    ...command(s, 'init', {
      VAULT_ADDR: s.url('vault'),
      VAULT_ROLE: 'birddog',
      VAULT_TOKEN_FILE: join(s.folder, FILES.serviceAccountToken),
      VAULT_KV_VERSION: '2',
      VAULT_KV_MOUNT: 'secret',
      VAULT_PATH_MAIN: 'birddog/main',
      VAULT_PATH_SIDECAR: 'birddog/sidecar',
      BIRDDOG_SECRETS_MAIN: join(s.folder, FILES.secretsMain),
      BIRDDOG_SECRETS_SIDECAR: join(s.folder, FILES.secretsSidecar),
    }),
    once: true,
  }),
  sidecar: (s: ProcessContext) =>
    command(s, 'sidecar', {
      SIDECAR_PORT: String(s.settings.ports.SIDECAR_PORT),
      SIDECAR_OPS_PORT: String(s.settings.ports.SIDECAR_OPS_PORT),
      BIRDDOG_SECRETS: join(s.folder, FILES.secretsSidecar, 'current'),
      BIRDDOG_JOURNAL: join(s.folder, FILES.journalSidecar),
      ...datadog(s),
    }),
  serve: (s: ProcessContext) =>
    command(s, 'serve', {
      BIRDDOG_HOST: '127.0.0.1',
      BIRDDOG_PORT: String(s.settings.ports.BIRDDOG_PORT),
      BIRDDOG_OPS_PORT: String(s.settings.ports.BIRDDOG_OPS_PORT),
      BIRDDOG_AUTH: 'none',
      BIRDDOG_SECRETS: join(s.folder, FILES.secretsMain, 'current'),
      BIRDDOG_JOURNAL: join(s.folder, FILES.journalMain),
      SIDECAR_URL: s.url('sidecar'),
      LEANIX_URL: s.url('leanix'),
      SERVICENOW_URL: s.url('servicenow'),
      ...datadog(s),
    }),
};
export type ProcessName = keyof typeof PROCESSES;
export type ExtraEnv = Readonly<Partial<Record<ProcessName, Env>>>;

/** What starts one after the other; those of one row at the same time. */
export const STAGES: readonly (readonly ProcessName[])[] = [
  ['vault', 'datadog', 'leanix', 'servicenow'],
  ['init'],
  ['sidecar'],
  ['serve'],
];

/** How to start a process, with what is given to it besides. */
export function processSpec(name: ProcessName, context: ProcessContext, extra: ExtraEnv = {}): ProcessSpec {
  const spec = PROCESSES[name](context);
  return { ...spec, env: { ...spec.env, STOP_WITH_STDIN: 'true', ...extra[name] } };
}

function emulator(
  { settings }: ProcessContext,
  name: ProcessName,
  port: PortName,
  env: Env = {},
): ProcessSpec {
  return {
    name,
    command: process.execPath,
    args: ['--disable-warning=ExperimentalWarning', join(ROOT, 'emulators', name, 'index.ts')],
    env: { ...picked(settings.env, EVERYONE), [port]: String(settings.ports[port]), ...env },
  };
}

function command({ settings }: ProcessContext, name: ProcessName, env: Env): ProcessSpec {
  return {
    name,
    command: join(ROOT, 'bin/birddog'),
    args: [name],
    env: { ...picked(settings.env, [...OUTSIDE, 'BIRDDOG_BUNDLES']), ...env },
  };
}

function datadog({ settings, url }: ProcessContext): Env {
  return settings.realDatadog
    ? { DATADOG_SITE: settings.realDatadog.DATADOG_SITE }
    : { DATADOG_URL: url('datadog') };
}

function picked(env: Env, names: readonly string[]): Env {
  return Object.fromEntries(names.map((name) => [name, env[name]]));
}
