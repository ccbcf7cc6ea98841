import { datadogTarget } from '../datadog/sites.ts';
import { processSettings, proxyOf } from '../runtime/process-settings.ts';
import { optional, port, readSettings, SettingsError, text } from '../runtime/settings.ts';
import { servingSettings } from '../serving/settings.ts';

/** The settings of `birddog sidecar`. Times in ms. */
export const sidecarSettings = {
  SIDECAR_PORT: optional(
    port,
    5000,
    'Port on 127.0.0.1 on which the sidecar serves Birddog; 0 picks a free port.',
  ),
  SIDECAR_OPS_HOST: optional(text, '127.0.0.1', 'Address on which health probes and metrics are served.'),
  SIDECAR_OPS_PORT: optional(port, 5001, 'Port on which health probes and metrics are served.'),
  BIRDDOG_SECRETS: servingSettings.BIRDDOG_SECRETS,
  BIRDDOG_CERTIFICATES: servingSettings.BIRDDOG_CERTIFICATES,
  BIRDDOG_POLL_MS: servingSettings.BIRDDOG_POLL_MS,
  BIRDDOG_LEDGER: servingSettings.BIRDDOG_LEDGER,
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

/** Reads the settings of `birddog sidecar`. Throws SettingsError listing every fault. */
export function readConfig(env: Readonly<Record<string, string | undefined>> = process.env) {
  const settings = readSettings(env, sidecarSettings);
  const faults: string[] = [];
  const datadog = datadogTarget(settings, faults);
  if (faults.length > 0) throw new SettingsError(faults);
  return { ...settings, datadog, proxy: proxyOf(settings) };
}

export type Config = ReturnType<typeof readConfig>;
