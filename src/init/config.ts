import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { proxyOf, proxySettings } from '../outbound/proxy-settings.ts';
import {
  oneOf,
  optional,
  type Reader,
  readSettings,
  required,
  serviceUrl,
  text,
  wholeNumber,
} from '../process/settings.ts';

/** A path or mount of Vault: steps without blanks, dots alone or a slash at the ends. */
const vaultPath: Reader<string> = (value) => {
  if (!/^[\w.-]+(?:\/[\w.-]+)*$/.test(value) || value.split('/').some((s) => /^\.+$/.test(s))) {
    throw new Error(`"${value}" is no path of Vault; write it without a slash at its ends`);
  }
  return value;
};

/** TLS passes over what is no certificate without a word, and then trusts nobody. */
const certificates: Reader<string> = (value) => {
  try {
    void new X509Certificate(value);
  } catch (error) {
    throw new Error('it holds no certificate in PEM', { cause: error });
  }
  return value;
};
const certificatesFile: Reader<string> = (path) => {
  let pem: string;
  try {
    pem = readFileSync(path, 'utf8');
  } catch (error) {
    throw new Error(`${path} cannot be read`, { cause: error });
  }
  return certificates(pem);
};

/** What `birddog init` reads from its environment. Times in ms. Throws SettingsError with every fault. */
export function readConfig(env: Readonly<Record<string, string | undefined>> = process.env) {
  const settings = readSettings(env, {
    VAULT_ADDR: required(serviceUrl),
    VAULT_CACERT: optional(certificatesFile, ''),
    VAULT_CACERT_BYTES: optional(certificates, ''),
    VAULT_TLS_SERVER_NAME: optional(text, ''),
    VAULT_NAMESPACE: optional(text, ''),
    VAULT_AUTH_MOUNT: optional(vaultPath, 'kubernetes'),
    VAULT_ROLE: required(text),
    VAULT_TOKEN_FILE: optional(text, '/var/run/secrets/kubernetes.io/serviceaccount/token'),
    VAULT_KV_VERSION: optional(oneOf('1', '2'), '2'),
    VAULT_KV_MOUNT: optional(vaultPath, 'secret'),
    VAULT_PATH_MAIN: required(vaultPath),
    VAULT_PATH_SIDECAR: required(vaultPath),
    VAULT_DEADLINE_MS: optional(wholeNumber(1, 3_600_000), 60_000),
    BIRDDOG_SECRETS_MAIN: required(text),
    BIRDDOG_SECRETS_SIDECAR: required(text),
    ...proxySettings,
  });
  return {
    ...settings,
    /** What Vault's certificate is held against, where it is not the system's CAs. PEM. */
    ca: settings.VAULT_CACERT_BYTES || settings.VAULT_CACERT || undefined,
    proxy: proxyOf(settings),
  };
}

export type Config = ReturnType<typeof readConfig>;
