import { incidentSettings } from '../health/incident-settings.ts';
import { checkSettings } from '../health/check-settings.ts';
import { datadogSettings, datadogTarget } from '../datadog/settings.ts';
import { deleteSettings } from '../runtime/delete-settings.ts';
import { secretSettings } from '../runtime/secret-settings.ts';
import { proxyOf, proxySettings } from '../runtime/proxy-settings.ts';
import { heartbeatSettings } from '../runtime/heartbeat.ts';
import { stopSettings } from '../runtime/stop.ts';
import { logSettings } from '../runtime/run-service.ts';
import { optional, port, readSettings, required, SettingsError, text } from '../runtime/settings.ts';

/** The settings of `birddog sidecar`. Times in ms. */
export const sidecarSettings = {
  SIDECAR_PORT: optional(
    port,
    5000,
    'Port on 127.0.0.1 on which the sidecar serves Birddog; 0 picks a free port.',
  ),
  SIDECAR_OPS_HOST: optional(text, '127.0.0.1', 'Address on which health probes and metrics are served.'),
  SIDECAR_OPS_PORT: optional(port, 5001, 'Port on which health probes and metrics are served.'),
  ...secretSettings,
  BIRDDOG_LEDGER: required(
    text,
    "SQLite file of this process's ledger: writes in progress and known objects.",
  ),
  ...stopSettings,
  ...heartbeatSettings,
  ...logSettings,
  ...checkSettings,
  ...incidentSettings,
  ...deleteSettings,
  ...datadogSettings,
  ...proxySettings,
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
