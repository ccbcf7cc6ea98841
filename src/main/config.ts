import { incidentSettings } from '../health/incident-settings.ts';
import { checkSettings } from '../health/check-settings.ts';
import {
  isLoopback,
  list,
  optional,
  port,
  type Reader,
  readSettings,
  required,
  serviceUrl,
  SettingsError,
  text,
  wholeNumber,
} from '../runtime/settings.ts';
import { authOf, authSettings } from '../auth/settings.ts';
import { deleteSettings } from '../runtime/delete-settings.ts';
import { secretSettings } from '../runtime/secret-settings.ts';
import { datadogSettings, datadogTarget } from '../datadog/settings.ts';
import { heartbeatSettings } from '../runtime/heartbeat.ts';
import { stopSettings } from '../runtime/stop.ts';
import { logSettings } from '../runtime/run-service.ts';
import { hostNames } from '../http/hosts.ts';
import { proxySettings, proxyOf } from '../runtime/proxy-settings.ts';

const sidecarUrl: Reader<URL> = (value) => {
  const url = serviceUrl(value);
  if (url.protocol !== 'https:' || !isLoopback(url.hostname)) {
    throw new Error('the sidecar is reached over https on loopback alone');
  }
  return url;
};

/** What `birddog serve` can be told. Times in ms. */
export const mainSettings = {
  BIRDDOG_HOST: optional(text, '127.0.0.1', 'The address at which users are served.'),
  BIRDDOG_PORT: optional(port, 8080, 'The port at which users are served; 0 takes any free one.'),
  BIRDDOG_OPS_HOST: optional(text, '127.0.0.1', 'The address at which probes and metrics are served.'),
  BIRDDOG_OPS_PORT: optional(port, 8081, 'The port at which probes and metrics are served.'),
  ...authSettings,
  BIRDDOG_HOSTS: optional(
    hostNames,
    [],
    'The names that requests may have in the header Host, comma-separated, without ports; any where it is not given. Health probes may have any. With BIRDDOG_AUTH=none the names of loopback are served, and no others.',
  ),
  BIRDDOG_TLS: optional(
    text,
    '',
    'The folder with tls.crt and tls.key with which the port for users speaks TLS, as it must off loopback.',
  ),
  ...secretSettings,
  BIRDDOG_LEDGER: required(text, "The file of this process's journal."),
  SIDECAR_URL: optional(
    sidecarUrl,
    new URL('https://127.0.0.1:5000'),
    'Where the sidecar is reached, on loopback.',
  ),
  LEANIX_URL: required(serviceUrl, 'The address of the LeanIX workspace.'),
  SERVICENOW_URL: required(serviceUrl, 'The address of the ServiceNow instance.'),
  SERVICENOW_TABLES: optional(
    list,
    ['cmdb_ci_business_app', 'cmdb_ci_service'],
    'The tables in which an application is looked for, in this order; the first with a match decides.',
  ),
  CATALOG_TTL_MS: optional(
    wholeNumber(0, 86_400_000),
    300_000,
    'For how long (ms) an answer of the catalogs is taken to hold.',
  ),
  CATALOG_TIMEOUT_MS: optional(wholeNumber(1, 60_000), 5000, 'How long (ms) one catalog may take to answer.'),
  ...stopSettings,
  ...heartbeatSettings,
  ...logSettings,
  ...checkSettings,
  ...incidentSettings,
  ...deleteSettings,
  ...datadogSettings,
  ...proxySettings,
};

/** What `birddog serve` reads from its environment. Times in ms. Throws SettingsError with every fault. */
export function readConfig(env: Readonly<Record<string, string | undefined>> = process.env) {
  const settings = readSettings(env, mainSettings);
  const faults: string[] = [];
  const auth = authOf(settings, env, faults);
  if (!isLoopback(settings.BIRDDOG_HOST) && settings.BIRDDOG_TLS === '') {
    faults.push(
      'BIRDDOG_TLS is not set, and BIRDDOG_HOST is not loopback; give the folder with tls.crt and tls.key, so that no token travels in the clear',
    );
  }
  const datadog = datadogTarget(settings, faults);
  if (faults.length > 0) throw new SettingsError(faults);
  return { ...settings, auth, datadog, proxy: proxyOf(settings) };
}

export type Config = ReturnType<typeof readConfig>;
