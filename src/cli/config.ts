import { Secret } from '../domain/secret.ts';
import { processSettings, proxyOf } from '../runtime/process-settings.ts';
import { certificatesFile } from '../runtime/certificate-files.ts';
import { optional, type Reader, readSettings, serviceUrl, text } from '../runtime/settings.ts';

const token: Reader<Secret | undefined> = (value) => {
  if (!/^[\x21-\x7e]+$/.test(value))
    throw new Error('a token must consist of printable ASCII characters without spaces');
  return new Secret(value);
};

/** Settings of the commands that send requests to a running Birddog. */
export const clientSettings = {
  BIRDDOG_URL: optional(
    serviceUrl,
    new URL('http://127.0.0.1:8080'),
    'URL of Birddog. The option `--url` takes precedence.',
  ),
  BIRDDOG_TOKEN: optional(
    token,
    undefined,
    'Bearer token that authenticates the caller. It is never printed.',
  ),
  BIRDDOG_CACERT: optional(
    certificatesFile,
    '',
    "File with the CA certificates that verify Birddog's certificate. Default: the CA certificates of the system.",
  ),
  BIRDDOG_HANDLES: optional(
    text,
    '',
    'File with the known recipients, for `birddog lint`, or `datadog`, which only the server reads. The option `--handles` takes precedence.',
  ),
  BIRDDOG_PACKS: optional(
    text,
    '',
    'Folder with further packs, as the server has them, for `birddog lint`, `test`, `expand` and plans.',
  ),
  HTTPS_PROXY: processSettings.HTTPS_PROXY,
  https_proxy: processSettings.https_proxy,
  NO_PROXY: processSettings.NO_PROXY,
  no_proxy: processSettings.no_proxy,
};

/**
 * Reads the settings of the client. `url` takes precedence over BIRDDOG_URL. Throws SettingsError that lists every invalid setting.
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

/** What the environment tells `birddog lint`. */
export interface LintConfig {
  /** Path of the file with the known recipients, unless `--handles` names one. */
  readonly handles: string | undefined;
  /** Folder with further packs. */
  readonly packs: string | undefined;
  /** Folder of the checkout in a job of GitHub. It changes only how files are named. */
  readonly workspace: string | undefined;
}

/** Reads what `birddog lint` takes from the environment. Recipients of Datadog itself are not read offline. */
export function readLintConfig(env: Readonly<Record<string, string | undefined>> = process.env): LintConfig {
  const { BIRDDOG_HANDLES: handles = '', BIRDDOG_PACKS: packs, GITHUB_WORKSPACE: workspace } = env;
  const file = handles === '' || handles === 'datadog' ? undefined : handles;
  return { handles: file, packs, workspace };
}

/** Returns whether the locale of the terminal has no Unicode: the first of three variables that is set decides (POSIX). */
export function isAscii(env: Readonly<Record<string, string | undefined>> = process.env): boolean {
  const locale = ['LC_ALL', 'LC_CTYPE', 'LANG'].map((name) => env[name] ?? '').find((value) => value !== '');
  return locale !== undefined && !/utf-?8/i.test(locale);
}
