import { optional, type Reader } from './settings.ts';
import type { ProxySettings } from './outbound.ts';

/** A proxy may be plain HTTP wherever it is: it is asked to CONNECT, and TLS runs through it. */
const proxyUrl: Reader<string> = (value) => {
  const url = URL.parse(value);
  if (!url || !/^https?:$/.test(url.protocol)) throw new Error('it is no http or https address');
  return value;
};
const hosts: Reader<string> = (value) => value;

/** The proxy variables in both spellings; the lower-case one wins, as with curl. */
export const proxySettings = {
  HTTPS_PROXY: optional(proxyUrl, '', 'The proxy through which everything outside the pod is reached.'),
  https_proxy: optional(proxyUrl, '', 'The same in lower case, which wins.'),
  NO_PROXY: optional(hosts, '', 'Hosts that are reached without the proxy, comma-separated.'),
  no_proxy: optional(hosts, '', 'The same in lower case, which wins.'),
};

/** The proxy to hand to `createOutbound`; never for the hop to the sidecar. */
export function proxyOf(
  settings: Readonly<Record<keyof typeof proxySettings, string>>,
): ProxySettings | undefined {
  const proxy = settings.https_proxy || settings.HTTPS_PROXY;
  if (proxy === '') return undefined;
  return { HTTPS_PROXY: proxy, NO_PROXY: settings.no_proxy || settings.NO_PROXY };
}
