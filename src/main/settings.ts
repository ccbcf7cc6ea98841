import { authMethods, authOf, oidcIssuer } from '../auth/settings.ts';
import { datadogTarget } from '../datadog/sites.ts';
import { hostNames } from '../http/hosts.ts';
import { processSettings, proxyOf } from '../runtime/process-settings.ts';
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
import { servingSettings } from '../serving/settings.ts';

const jwksUrl: Reader<URL | undefined> = serviceUrl;
const audience: Reader<readonly string[] | undefined> = list;
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
  BIRDDOG_AUTH: required(
    authMethods,
    'How callers authenticate: `none` (only on loopback), or a comma-separated list of `oidc` and `tokens`.',
  ),
  BIRDDOG_ACCESS: optional(
    text,
    '',
    'File with the permissions of each group. Required if callers authenticate.',
  ),
  BIRDDOG_TOKENS: optional(
    text,
    '',
    'File with the tokens of pipelines and services. Required if BIRDDOG_AUTH contains `tokens`.',
  ),
  BIRDDOG_ISSUERS: optional(
    text,
    '',
    'File with further issuers of OIDC tokens, such as those of CI systems. If BIRDDOG_AUTH contains `oidc`, this or BIRDDOG_OIDC_ISSUER is required.',
  ),
  BIRDDOG_OIDC_ISSUER: optional(oidcIssuer, '', 'Issuer of OIDC tokens, exactly as in their `iss` claim.'),
  BIRDDOG_OIDC_AUDIENCE: optional(
    audience,
    undefined,
    'Accepted audiences, comma-separated; a token needs one of them. Required if BIRDDOG_OIDC_ISSUER is set.',
  ),
  BIRDDOG_OIDC_JWKS_URL: optional(
    jwksUrl,
    undefined,
    "URL of the issuer's keys. Default: `jwks_uri` in the issuer's /.well-known/openid-configuration.",
  ),
  BIRDDOG_OIDC_NAME_CLAIM: optional(text, 'sub', 'Claim with the name of the caller.'),
  BIRDDOG_OIDC_GROUPS_CLAIM: optional(
    text,
    'groups',
    'Claim with the groups of the caller. A dot separates the names of nested fields, as in `realm_access.roles`.',
  ),
  BIRDDOG_OIDC_SKEW_MS: optional(
    wholeNumber(0, 300_000),
    30_000,
    "Accepted difference (ms) between the clock of an issuer and Birddog's.",
  ),
  BIRDDOG_HOSTS: optional(
    hostNames,
    [],
    'Accepted host names in the Host header, comma-separated, without ports. If unset, any host is accepted. Health probes may use any host. With BIRDDOG_AUTH=none, only loopback names are accepted.',
  ),
  BIRDDOG_TLS: optional(
    text,
    '',
    'Folder with tls.crt and tls.key for TLS on the API port. Required unless BIRDDOG_HOST is loopback.',
  ),
  BIRDDOG_SECRETS: servingSettings.BIRDDOG_SECRETS,
  BIRDDOG_CERTIFICATES: servingSettings.BIRDDOG_CERTIFICATES,
  BIRDDOG_POLL_MS: servingSettings.BIRDDOG_POLL_MS,
  BIRDDOG_LEDGER: servingSettings.BIRDDOG_LEDGER,
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
    'Tables that are searched for an application, in this order. The first table with a match is used.',
  ),
  CATALOG_TTL_MS: optional(
    wholeNumber(0, 86_400_000),
    300_000,
    'Time (ms) for which the response of a catalog is cached.',
  ),
  CATALOG_TIMEOUT_MS: optional(wholeNumber(1, 60_000), 5000, 'Timeout (ms) of one catalog lookup.'),
  STOP_WITH_STDIN: processSettings.STOP_WITH_STDIN,
  BIRDDOG_HEARTBEAT: processSettings.BIRDDOG_HEARTBEAT,
  BIRDDOG_LOG_LEVEL: processSettings.BIRDDOG_LOG_LEVEL,
  BIRDDOG_CHECK_TTL_MS: servingSettings.BIRDDOG_CHECK_TTL_MS,
  BIRDDOG_RECEIVERS: servingSettings.BIRDDOG_RECEIVERS,
  BIRDDOG_INCIDENT_AFTER_MS: servingSettings.BIRDDOG_INCIDENT_AFTER_MS,
  BIRDDOG_BUDGET_SHARE: servingSettings.BIRDDOG_BUDGET_SHARE,
  BIRDDOG_HISTORY_DAYS: servingSettings.BIRDDOG_HISTORY_DAYS,
  BIRDDOG_SETTLE_MS: servingSettings.BIRDDOG_SETTLE_MS,
  BIRDDOG_VALIDATE: servingSettings.BIRDDOG_VALIDATE,
  BIRDDOG_HANDLES: servingSettings.BIRDDOG_HANDLES,
  BIRDDOG_PACKS: servingSettings.BIRDDOG_PACKS,
  BIRDDOG_MAX_DELETE_PERCENT: servingSettings.BIRDDOG_MAX_DELETE_PERCENT,
  BIRDDOG_MAX_CHANGE_PERCENT: servingSettings.BIRDDOG_MAX_CHANGE_PERCENT,
  BIRDDOG_TIME_ZONE: servingSettings.BIRDDOG_TIME_ZONE,
  BIRDDOG_DRAIN_MS: servingSettings.BIRDDOG_DRAIN_MS,
  DATADOG_SITE: servingSettings.DATADOG_SITE,
  DATADOG_URL: servingSettings.DATADOG_URL,
  DATADOG_UI_URL: servingSettings.DATADOG_UI_URL,
  HTTPS_PROXY: processSettings.HTTPS_PROXY,
  https_proxy: processSettings.https_proxy,
  NO_PROXY: processSettings.NO_PROXY,
  no_proxy: processSettings.no_proxy,
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
