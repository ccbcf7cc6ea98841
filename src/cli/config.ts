import { Secret } from '../domain/secret.ts';
import { proxyOf, proxySettings } from '../runtime/proxy-settings.ts';
import { certificatesFile } from '../runtime/certificates.ts';
import { optional, type Reader, readSettings, serviceUrl } from '../runtime/settings.ts';

const token: Reader<Secret | undefined> = (value) => {
  if (!/^[\x21-\x7e]+$/.test(value)) throw new Error('a token has no blanks and nothing but ASCII in it');
  return new Secret(value);
};

/** What the commands that ask a running Birddog can be told. */
export const clientSettings = {
  BIRDDOG_URL: optional(
    serviceUrl,
    new URL('http://127.0.0.1:8080'),
    'Where Birddog is reached; the option `--url` wins.',
  ),
  BIRDDOG_TOKEN: optional(token, undefined, 'The bearer token that says who asks; it is never printed.'),
  BIRDDOG_CACERT: optional(
    certificatesFile,
    '',
    "A file with the CA certificates that Birddog's own is held against; by default the system's.",
  ),
  ...proxySettings,
};

/**
 * Where Birddog is and who asks it. `url` stands for BIRDDOG_URL where it is given. Throws SettingsError with every fault.
 */
export function readConfig(url?: string, env: Readonly<Record<string, string | undefined>> = process.env) {
  const settings = readSettings(url === undefined ? env : { ...env, BIRDDOG_URL: url }, clientSettings);
  return {
    url: settings.BIRDDOG_URL,
    token: settings.BIRDDOG_TOKEN,
    ca: settings.BIRDDOG_CACERT,
    proxy: proxyOf(settings),
  };
}

export type ClientConfig = ReturnType<typeof readConfig>;
