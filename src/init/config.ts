import { readFileSync } from 'node:fs';
import { proxyOf, proxySettings } from '../outbound/proxy-settings.ts';
import {
  oneOf,
  optional,
  type Reader,
  readSettings,
  required,
  serviceUrl,
  SettingsError,
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

/** What `birddog init` reads from its environment. Times in ms. Throws SettingsError with every fault. */
export function readConfig(env: Readonly<Record<string, string | undefined>> = process.env) {
  const settings = readSettings(env, {
    VAULT_ADDR: required(serviceUrl),
    VAULT_CACERT: optional(text, ''),
    VAULT_CACERT_BYTES: optional(text, ''),
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
    ca: caOf(settings.VAULT_CACERT, settings.VAULT_CACERT_BYTES),
    proxy: proxyOf(settings),
  };
}

export type Config = ReturnType<typeof readConfig>;

/** The CA that Vault's certificate is held against, where it is not one of the system's. PEM. */
function caOf(file: string, bytes: string): string | undefined {
  if (bytes !== '') return bytes;
  if (file === '') return undefined;
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new SettingsError([
      `VAULT_CACERT: ${file} cannot be read (${error instanceof Error ? error.message : String(error)})`,
    ]);
  }
}
