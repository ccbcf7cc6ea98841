import {
  isLoopback,
  list,
  oneOf,
  optional,
  port,
  type Reader,
  readSettings,
  required,
  serviceUrl,
  SettingsError,
  text,
  wholeNumber,
  yesOrNo,
} from '../process/settings.ts';
import { datadogSettings, datadogTarget } from '../datadog/settings.ts';
import { proxySettings, proxyOf } from '../outbound/proxy-settings.ts';

const sidecarUrl: Reader<URL> = (value) => {
  const url = serviceUrl(value);
  if (url.protocol !== 'https:' || !isLoopback(url.hostname)) {
    throw new Error('the sidecar is reached over https on loopback alone');
  }
  return url;
};

/** What `birddog serve` reads from its environment. Times in ms. Throws SettingsError with every fault. */
export function readConfig(env: Readonly<Record<string, string | undefined>> = process.env) {
  const settings = readSettings(env, {
    BIRDDOG_HOST: optional(text, '127.0.0.1'),
    BIRDDOG_PORT: optional(port, 8080),
    BIRDDOG_OPS_HOST: optional(text, '127.0.0.1'),
    BIRDDOG_OPS_PORT: optional(port, 8081),
    BIRDDOG_AUTHENTICATION: required(oneOf('none')),
    BIRDDOG_SECRETS: required(text),
    BIRDDOG_JOURNAL: required(text),
    SIDECAR_URL: optional(sidecarUrl, new URL('https://127.0.0.1:5000')),
    LEANIX_URL: required(serviceUrl),
    SERVICENOW_URL: required(serviceUrl),
    SERVICENOW_TABLES: optional(list, ['cmdb_ci_business_app', 'cmdb_ci_service']),
    CATALOG_TTL_MS: optional(wholeNumber(0, 86_400_000), 300_000),
    CATALOG_TIMEOUT_MS: optional(wholeNumber(1, 60_000), 5000),
    STOP_WITH_STDIN: optional(yesOrNo, false),
    ...datadogSettings,
    ...proxySettings,
  });
  const faults: string[] = [];
  if (!isLoopback(settings.BIRDDOG_HOST)) {
    faults.push('BIRDDOG_AUTHENTICATION: "none" is for loopback alone, and BIRDDOG_HOST is not loopback');
  }
  const datadog = datadogTarget(settings, faults);
  if (faults.length > 0) throw new SettingsError(faults);
  return { ...settings, datadog, proxy: proxyOf(settings) };
}

export type Config = ReturnType<typeof readConfig>;
