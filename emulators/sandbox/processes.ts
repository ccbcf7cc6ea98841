import { join } from 'node:path';
import type { ProcessSpec } from './child.ts';
import type { Env, PortName, Settings } from './settings.ts';

/** The context in which a process starts. */
export interface ProcessContext {
  readonly settings: Settings;
  /** The folder of secrets and ledgers. */
  readonly folder: string;
  /** Returns the address that a process printed when it was ready. */
  url(name: ProcessName): string;
}

/** The files and folders in the folder. Kubernetes would mount the service account token. */
export const FILES = {
  serviceAccountToken: 'token',
  secretsMain: 'main',
  secretsSidecar: 'sidecar',
  ledgerMain: 'main.sqlite',
  ledgerSidecar: 'sidecar.sqlite',
  demo: 'demo.json',
};

const ROOT = join(import.meta.dirname, '../..');
/** The variables that every process inherits, and those for processes that connect to the network. */
const INHERITED = ['PATH', 'HOME', 'TMPDIR', 'NODE_COMPILE_CACHE'];
const INHERITED_WITH_NETWORK = [
  ...INHERITED,
  'HTTPS_PROXY',
  'https_proxy',
  'NO_PROXY',
  'no_proxy',
  'NODE_EXTRA_CA_CERTS',
];

/** The processes of the sandbox. */
const PROCESSES = {
  vault: (s: ProcessContext) =>
    emulator(s, 'vault', 'VAULT_EMULATOR_PORT', {
      DATADOG_API_KEY: s.settings.realDatadog?.DATADOG_API_KEY ?? s.settings.env['DATADOG_EMULATOR_API_KEY'],
      DATADOG_APP_KEY: s.settings.realDatadog?.DATADOG_APP_KEY ?? s.settings.env['DATADOG_EMULATOR_APP_KEY'],
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
      BIRDDOG_LEDGER: join(s.folder, FILES.ledgerSidecar),
      ...datadog(s),
    }),
  serve: (s: ProcessContext) =>
    command(s, 'serve', {
      BIRDDOG_HOST: '127.0.0.1',
      BIRDDOG_PORT: String(s.settings.ports.BIRDDOG_PORT),
      BIRDDOG_OPS_PORT: String(s.settings.ports.BIRDDOG_OPS_PORT),
      BIRDDOG_AUTH: 'none',
      BIRDDOG_SECRETS: join(s.folder, FILES.secretsMain, 'current'),
      BIRDDOG_LEDGER: join(s.folder, FILES.ledgerMain),
      SIDECAR_URL: s.url('sidecar'),
      LEANIX_URL: s.url('leanix'),
      SERVICENOW_URL: s.url('servicenow'),
      ...datadog(s),
    }),
};
export type ProcessName = keyof typeof PROCESSES;
export type ExtraEnv = Readonly<Partial<Record<ProcessName, Env>>>;

/** The order of starting. The processes of one stage start together. */
export const STAGES: readonly (readonly ProcessName[])[] = [
  ['vault', 'datadog', 'leanix', 'servicenow'],
  ['init'],
  ['sidecar'],
  ['serve'],
];

/** Returns how to start a process, with extra variables for it. */
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
    env: {
      ...pick(settings.env, INHERITED),
      ...emulatorVariables(settings.env, port),
      [port]: String(settings.ports[port]),
      ...env,
    },
  };
}

function command({ settings }: ProcessContext, name: ProcessName, env: Env): ProcessSpec {
  return {
    name,
    command: join(ROOT, 'bin/birddog'),
    args: [name],
    env: { ...pick(settings.env, [...INHERITED_WITH_NETWORK, 'BIRDDOG_BUNDLES']), ...env },
  };
}

function datadog({ settings, url }: ProcessContext): Env {
  return settings.realDatadog
    ? { DATADOG_SITE: settings.realDatadog.DATADOG_SITE }
    : { DATADOG_URL: url('datadog') };
}

/** Returns the variables of one emulator, such as DATADOG_EMULATOR_LIMITS and LEANIX_SEED, and those of all emulators. */
function emulatorVariables(env: Env, port: PortName): Env {
  const prefix = port.replace(/PORT$/, '');
  const seed = prefix.replace(/EMULATOR_$/, 'SEED');
  return Object.fromEntries(
    Object.entries(env).filter(
      ([name]) => name.startsWith(prefix) || name === seed || name.startsWith('EMULATOR_'),
    ),
  );
}

function pick(env: Env, names: readonly string[]): Env {
  return Object.fromEntries(names.map((name) => [name, env[name]]));
}
