import { datadogSettings, datadogTarget } from '../datadog/settings.ts';
import { proxyOf, proxySettings } from '../outbound/proxy-settings.ts';
import { optional, port, readSettings, required, SettingsError, text, yesOrNo } from '../process/settings.ts';

/** What `birddog sidecar` reads from its environment. Throws SettingsError with every fault. */
export function readConfig(env: Readonly<Record<string, string | undefined>> = process.env) {
  const settings = readSettings(env, {
    SIDECAR_PORT: optional(port, 5000),
    SIDECAR_OPS_HOST: optional(text, '127.0.0.1'),
    SIDECAR_OPS_PORT: optional(port, 5001),
    BIRDDOG_SECRETS: required(text),
    BIRDDOG_JOURNAL: required(text),
    STOP_WITH_STDIN: optional(yesOrNo, false),
    ...datadogSettings,
    ...proxySettings,
  });
  const faults: string[] = [];
  const datadog = datadogTarget(settings, faults);
  if (faults.length > 0) throw new SettingsError(faults);
  return { ...settings, datadog, proxy: proxyOf(settings) };
}

export type Config = ReturnType<typeof readConfig>;
