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
    throw new Error('the sidecar must have an https address on loopback');
  }
  return url;
};

/** The settings of `birddog serve`. Times in ms. */
export const mainSettings = {
  BIRDDOG_HOST: optional(text, '127.0.0.1', 'Address on which the API listens.'),
  BIRDDOG_PORT: optional(port, 8080, 'Port on which the API listens; 0 picks a free port.'),
  BIRDDOG_OPS_HOST: optional(text, '127.0.0.1', 'Address on which health probes and metrics are served.'),
  BIRDDOG_OPS_PORT: optional(port, 8081, 'Port on which health probes and metrics are served.'),
  ...authSettings,
  BIRDDOG_HOSTS: optional(
    hostNames,
    [],
    'Host names that requests may name in the Host header, comma-separated, without ports. Unset accepts any host. Health probes may name any host. With BIRDDOG_AUTH=none only loopback names are accepted.',
  ),
  BIRDDOG_TLS: optional(
    text,
    '',
    'Folder with tls.crt and tls.key for TLS on the API port. Required unless BIRDDOG_HOST is loopback.',
  ),
  ...secretSettings,
  BIRDDOG_LEDGER: required(
    text,
    "SQLite file of this process's ledger: writes in progress and known objects.",
  ),
  SIDECAR_URL: optional(
    sidecarUrl,
    new URL('https://127.0.0.1:5000'),
    'Address of the sidecar, on loopback.',
  ),
  LEANIX_URL: required(serviceUrl, 'Address of the LeanIX workspace.'),
  SERVICENOW_URL: required(serviceUrl, 'Address of the ServiceNow instance.'),
  SERVICENOW_TABLES: optional(
    list,
    ['cmdb_ci_business_app', 'cmdb_ci_service'],
    'Tables that are searched for an application, in this order. The first table with a match decides.',
  ),
  CATALOG_TTL_MS: optional(
    wholeNumber(0, 86_400_000),
    300_000,
    'Time (ms) for which an answer of a catalog is cached.',
  ),
  CATALOG_TIMEOUT_MS: optional(wholeNumber(1, 60_000), 5000, 'Timeout (ms) of one catalog lookup.'),
  ...stopSettings,
  ...heartbeatSettings,
  ...logSettings,
  ...checkSettings,
  ...incidentSettings,
  ...deleteSettings,
  ...datadogSettings,
  ...proxySettings,
};

/** Reads the settings of `birddog serve`. Times in ms. Throws SettingsError listing every fault. */
export function readConfig(env: Readonly<Record<string, string | undefined>> = process.env) {
  const settings = readSettings(env, mainSettings);
  const faults: string[] = [];
  const auth = authOf(settings, env, faults);
  if (!isLoopback(settings.BIRDDOG_HOST) && settings.BIRDDOG_TLS === '') {
    faults.push(
      'BIRDDOG_TLS is required because BIRDDOG_HOST is not loopback: tokens must not be sent unencrypted. Set it to a folder with tls.crt and tls.key.',
    );
  }
  const datadog = datadogTarget(settings, faults);
  if (faults.length > 0) throw new SettingsError(faults);
  return { ...settings, auth, datadog, proxy: proxyOf(settings) };
}

export type Config = ReturnType<typeof readConfig>;
