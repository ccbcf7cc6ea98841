import { optional, type Reader } from './settings.ts';
import type { ProxySettings } from './outbound.ts';

/** Accepts plain HTTP for any proxy host: TLS to the upstream is tunnelled through CONNECT. */
const proxyUrl: Reader<string> = (value) => {
  const url = URL.parse(value);
  if (!url || !/^https?:$/.test(url.protocol)) throw new Error('it is not an http or https URL');
  return value;
};
const hosts: Reader<string> = (value) => value;

/** The proxy variables in both spellings. The lower-case spelling takes precedence, as in curl. */
export const proxySettings = {
  HTTPS_PROXY: optional(proxyUrl, '', 'Proxy for requests to hosts outside the pod.'),
  https_proxy: optional(proxyUrl, '', 'Lower-case spelling of HTTPS_PROXY; takes precedence.'),
  NO_PROXY: optional(hosts, '', 'Hosts that are reached without the proxy, comma-separated.'),
  no_proxy: optional(hosts, '', 'Lower-case spelling of NO_PROXY; takes precedence.'),
};

/** Returns the proxy for `createOutbound`, or undefined. Requests to the sidecar never use it. */
export function proxyOf(
  settings: Readonly<Record<keyof typeof proxySettings, string>>,
): ProxySettings | undefined {
  const proxy = settings.https_proxy || settings.HTTPS_PROXY;
  if (proxy === '') return undefined;
  return { HTTPS_PROXY: proxy, NO_PROXY: settings.no_proxy || settings.NO_PROXY };
}
