import { LOG_LEVELS } from './log.ts';
import type { ProxySettings } from './outbound.ts';
import { oneOf, optional, type Reader, text, yesOrNo } from './settings.ts';

/** Accepts plain HTTP for any proxy host: TLS to the upstream is tunnelled through CONNECT. */
const proxyUrl: Reader<string> = (value) => {
  const url = URL.parse(value);
  if (!url || !/^https?:$/.test(url.protocol)) throw new Error('it is not an http or https URL');
  return value;
};

/**
 * Settings that several processes read. The table of each process, `src/<command>/settings.ts`, lists those that it reads. The
 * lower-case name of a proxy variable takes precedence, as in curl.
 */
export const processSettings = {
  STOP_WITH_STDIN: optional(
    yesOrNo,
    false,
    'Whether the process exits when its standard input closes, so that it does not outlive a killed parent.',
  ),
  BIRDDOG_HEARTBEAT: optional(
    text,
    '',
    'File to which the process writes a counter every second. The launcher sets this variable and restarts a process whose counter stops for 10 s.',
  ),
  BIRDDOG_LOG_LEVEL: optional(
    oneOf(...LOG_LEVELS),
    'info',
    'Minimum level of log lines: `info`, `warn` or `error`. Audit lines are written at every level.',
  ),
  HTTPS_PROXY: optional(proxyUrl, '', 'Proxy for requests to hosts outside the pod.'),
  https_proxy: optional(proxyUrl, '', 'Same as HTTPS_PROXY, and takes precedence over it.'),
  NO_PROXY: optional(text, '', 'Hosts that are reached without the proxy, comma-separated.'),
  no_proxy: optional(text, '', 'Same as NO_PROXY, and takes precedence over it.'),
};

type ProxyName = 'HTTPS_PROXY' | 'https_proxy' | 'NO_PROXY' | 'no_proxy';

/** Returns the proxy for `createOutbound`, or undefined. Requests to the sidecar never use it. */
export function proxyOf(settings: Readonly<Record<ProxyName, string>>): ProxySettings | undefined {
  const proxy = settings.https_proxy || settings.HTTPS_PROXY;
  if (proxy === '') return undefined;
  return { HTTPS_PROXY: proxy, NO_PROXY: settings.no_proxy || settings.NO_PROXY };
}
