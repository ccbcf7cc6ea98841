import { processSettings, proxyOf } from '../runtime/process-settings.ts';
import { certificates, certificatesFile } from '../runtime/certificate-files.ts';
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

/** A path or mount in Vault: segments without spaces that are not only dots, and no slash at either end. */
const vaultPath: Reader<string> = (value) => {
  if (!/^[\w.-]+(?:\/[\w.-]+)*$/.test(value) || value.split('/').some((s) => /^\.+$/.test(s))) {
    throw new Error(`"${value}" is not a valid Vault path; remove leading and trailing slashes`);
  }
  return value;
};

/** The mount of the auth method. The form `auth/kubernetes` is that of the CLI and of policies, not of the API's mounts. */
const authMount: Reader<string> = (value) => {
  if (value.startsWith('auth/')) throw new Error(`"${value}" must not begin with "auth/"`);
  return vaultPath(value);
};

/** A Vault namespace: printable ASCII characters without spaces, because it is sent as a header. */
const vaultNamespace: Reader<string> = (value) => {
  if (!/^[\x21-\x7e]*$/.test(value))
    throw new Error(`${JSON.stringify(value)} contains a character that no Vault namespace has`);
  return value;
};

/** The address of Vault, which may be below a path of a reverse proxy. */
const vaultAddress: Reader<URL> = (value) => {
  const url = serviceUrl(value);
  if (url.search !== '' || url.hash !== '') throw new Error(`"${value}" must not have a query or a fragment`);
  if (/\/v1\/?$/.test(url.pathname)) throw new Error(`"${value}" must not end in /v1, which Birddog adds`);
  return url;
};

/** A file of CA certificates. It is validated at start and can be read again later. */
interface CaFile {
  /** Reads the CA certificates (PEM). Throws Error if the file contains none. */
  readonly read: () => string;
}
const caFile: Reader<CaFile | undefined> = (path) => {
  certificatesFile(path);
  return { read: () => certificatesFile(path) };
};

/** The settings of every `birddog init`, with or without Vault. Times in ms. */
const certificateSettings = {
  BIRDDOG_SECRETS_MAIN: required(text, 'Folder into which the file sets of Birddog are written.'),
  BIRDDOG_SECRETS_SIDECAR: required(text, 'Folder into which the file sets of the sidecar are written.'),
  INIT_OPS_HOST: optional(
    text,
    '127.0.0.1',
    'With --watch: address on which health probes and metrics are served.',
  ),
  INIT_OPS_PORT: optional(port, 5002, 'With --watch: port on which health probes and metrics are served.'),
  INIT_INTERVAL_MS: optional(
    wholeNumber(1000, 86_400_000),
    60_000,
    'With --watch: interval (ms) at which the secrets are read from Vault.',
  ),
  INIT_RENEW_MS: optional(
    wholeNumber(1000, 72_000_000),
    57_600_000,
    'With --watch: age (ms) at which certificates are replaced. They are valid for one day.',
  ),
  INIT_STEP_MS: optional(
    wholeNumber(100, 3_600_000),
    60_000,
    'With --watch: minimum time (ms) between writing a new CA and writing the certificates that it signed. Keep it well above BIRDDOG_POLL_MS.',
  ),
  STOP_WITH_STDIN: optional(
    yesOrNo,
    false,
    'With --watch: whether the process exits when its standard input closes.',
  ),
  BIRDDOG_LOG_LEVEL: processSettings.BIRDDOG_LOG_LEVEL,
};

const vaultSettings = {
  VAULT_ADDR: required(
    vaultAddress,
    'Address of Vault. It may have a path, if a reverse proxy serves Vault below one.',
  ),
  VAULT_CACERT: optional(
    caFile,
    undefined,
    "File with the CA certificates that verify Vault's certificate. Default: the system's CAs.",
  ),
  VAULT_CACERT_BYTES: optional(
    certificates,
    '',
    'CA certificates in PEM format, instead of a file. Takes precedence over VAULT_CACERT.',
  ),
  VAULT_TLS_SERVER_NAME: optional(
    text,
    '',
    "Name that Vault's certificate must contain. Default: the host of VAULT_ADDR.",
  ),
  VAULT_NAMESPACE: optional(vaultNamespace, '', 'Vault namespace (Enterprise, HCP, OpenBao).'),
  VAULT_AUTH_MOUNT: optional(
    authMount,
    'kubernetes',
    'Mount path of the Kubernetes (or JWT) auth method, without "auth/".',
  ),
  VAULT_ROLE: required(text, 'Vault role that is bound to the service account.'),
  VAULT_TOKEN_FILE: optional(
    text,
    '/var/run/secrets/kubernetes.io/serviceaccount/token',
    'File with the service account token that Kubernetes mounts. It is read at each login.',
  ),
  VAULT_KV_VERSION: optional(oneOf('1', '2'), '2', 'Version of the key-value engine: 1 or 2.'),
  VAULT_KV_MOUNT: optional(vaultPath, 'secret', 'Mount path of the key-value engine.'),
  VAULT_PATH_MAIN: required(vaultPath, 'Path of the secret with the keys of Birddog.'),
  VAULT_PATH_SIDECAR: required(
    vaultPath,
    'Path of the secret with the keys of the sidecar. It may equal VAULT_PATH_MAIN.',
  ),
  VAULT_DEADLINE_MS: optional(
    wholeNumber(1, 3_600_000),
    60_000,
    'Without --watch: time (ms) for which temporary failures are retried.',
  ),
  HTTPS_PROXY: processSettings.HTTPS_PROXY,
  https_proxy: processSettings.https_proxy,
  NO_PROXY: processSettings.NO_PROXY,
  no_proxy: processSettings.no_proxy,
};

/** The settings of `birddog init`. */
export const initSettings = { ...certificateSettings, ...vaultSettings };

type Env = Readonly<Record<string, string | undefined>>;

/** Reads the settings of `birddog init`. Times in ms. Throws SettingsError listing every fault. */
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
    /** The CA certificates that verify Vault's certificate (PEM). Undefined: the system's CAs. */
    ca: settings.VAULT_CACERT_BYTES || settings.VAULT_CACERT?.read(),
    proxy: proxyOf(settings),
  };
}

/** Reads the settings of `birddog init --certificates`, which does not use Vault. Throws SettingsError listing every fault. */
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
