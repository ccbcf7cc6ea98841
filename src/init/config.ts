import { proxyOf, proxySettings } from '../runtime/proxy-settings.ts';
import { certificates, certificatesFile } from '../runtime/certificates.ts';
import { logSettings } from '../runtime/run-service.ts';
import {
  oneOf,
  optional,
  port,
  type Reader,
  readSettings,
  required,
  serviceUrl,
  text,
  wholeNumber,
  yesOrNo,
} from '../runtime/settings.ts';

/** A path or mount of Vault: steps without blanks, dots alone or a slash at the ends. */
const vaultPath: Reader<string> = (value) => {
  if (!/^[\w.-]+(?:\/[\w.-]+)*$/.test(value) || value.split('/').some((s) => /^\.+$/.test(s))) {
    throw new Error(`"${value}" is no path of Vault; write it without a slash at its ends`);
  }
  return value;
};

/** A file of CAs that is read now, to be certain of it, and again when somebody asks. */
interface CaFile {
  /** The CAs in PEM. Throws Error where the file holds none. */
  readonly read: () => string;
}
const caFile: Reader<CaFile | undefined> = (path) => {
  certificatesFile(path);
  return { read: () => certificatesFile(path) };
};

/** What every `birddog init` is told, and what it needs besides to stay. Times in ms. */
const certificateSettings = {
  BIRDDOG_SECRETS_MAIN: required(text, "The folder in which Birddog's sets of files are written."),
  BIRDDOG_SECRETS_SIDECAR: required(text, "The folder in which the sidecar's sets of files are written."),
  INIT_OPS_HOST: optional(
    text,
    '127.0.0.1',
    'With --watch, the address at which probes and metrics are served.',
  ),
  INIT_OPS_PORT: optional(port, 5002, 'With --watch, the port at which probes and metrics are served.'),
  INIT_INTERVAL_MS: optional(
    wholeNumber(1000, 86_400_000),
    60_000,
    'With --watch, how often (ms) the secrets are read.',
  ),
  INIT_RENEW_MS: optional(
    wholeNumber(1000, 72_000_000),
    57_600_000,
    'With --watch, the age (ms) at which certificates, which last for a day, are replaced.',
  ),
  INIT_STEP_MS: optional(
    wholeNumber(100, 3_600_000),
    60_000,
    'With --watch, the least time (ms) from a new CA to the certificates of it; well above BIRDDOG_POLL_MS.',
  ),
  STOP_WITH_STDIN: optional(
    yesOrNo,
    false,
    'With --watch, whether the end of standard input stops the process.',
  ),
  ...logSettings,
};

const vaultSettings = {
  VAULT_ADDR: required(serviceUrl, 'The address of Vault.'),
  VAULT_CACERT: optional(
    caFile,
    undefined,
    "A file with the CA certificates that Vault's own is held against; by default the system's.",
  ),
  VAULT_CACERT_BYTES: optional(certificates, '', 'The same as text; it wins.'),
  VAULT_TLS_SERVER_NAME: optional(
    text,
    '',
    "The name that Vault's certificate must have, where it is not the host of VAULT_ADDR.",
  ),
  VAULT_NAMESPACE: optional(text, '', 'The namespace of Vault (Enterprise, HCP, OpenBao).'),
  VAULT_AUTH_MOUNT: optional(vaultPath, 'kubernetes', 'Where the Kubernetes auth method is mounted.'),
  VAULT_ROLE: required(text, 'The role of the auth method that the service account has.'),
  VAULT_TOKEN_FILE: optional(
    text,
    '/var/run/secrets/kubernetes.io/serviceaccount/token',
    "The service account's token, as Kubernetes mounts it; read anew for each login.",
  ),
  VAULT_KV_VERSION: optional(oneOf('1', '2'), '2', 'The version of the key-value engine.'),
  VAULT_KV_MOUNT: optional(vaultPath, 'secret', 'Where the key-value engine is mounted.'),
  VAULT_PATH_MAIN: required(vaultPath, "The secret with Birddog's keys."),
  VAULT_PATH_SIDECAR: required(vaultPath, "The secret with the sidecar's keys; it may be the same."),
  VAULT_DEADLINE_MS: optional(
    wholeNumber(1, 3_600_000),
    60_000,
    'Without --watch, for how long (ms) what may pass by itself is tried again.',
  ),
  ...proxySettings,
};

/** What `birddog init` can be told. */
export const initSettings = { ...certificateSettings, ...vaultSettings };

type Env = Readonly<Record<string, string | undefined>>;

/** What `birddog init` reads from its environment. Times in ms. Throws SettingsError with every fault. */
export function readConfig(env: Env = process.env) {
  const settings = readSettings(env, initSettings);
  return {
    ...settings,
    folders: foldersOf(settings),
    paths: { main: settings.VAULT_PATH_MAIN, sidecar: settings.VAULT_PATH_SIDECAR },
    login: {
      authMount: settings.VAULT_AUTH_MOUNT,
      role: settings.VAULT_ROLE,
      tokenFile: settings.VAULT_TOKEN_FILE,
    },
    /** What Vault's certificate is held against, where it is not the system's CAs. PEM. */
    ca: settings.VAULT_CACERT_BYTES || settings.VAULT_CACERT?.read(),
    proxy: proxyOf(settings),
  };
}

/** What `birddog init --certificates` reads, which asks no Vault. Throws SettingsError with every fault. */
export function readCertificatesConfig(env: Env = process.env) {
  const settings = readSettings(env, certificateSettings);
  return { ...settings, folders: foldersOf(settings) };
}

function foldersOf(settings: {
  readonly BIRDDOG_SECRETS_MAIN: string;
  readonly BIRDDOG_SECRETS_SIDECAR: string;
}) {
  return { main: settings.BIRDDOG_SECRETS_MAIN, sidecar: settings.BIRDDOG_SECRETS_SIDECAR };
}

export type Config = ReturnType<typeof readConfig>;
export type CertificatesConfig = ReturnType<typeof readCertificatesConfig>;
