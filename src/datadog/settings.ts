import { oneOf, optional, serviceUrl, type Reader } from '../runtime/settings.ts';
import { type DatadogTarget, SITES, type Site } from './sites.ts';

const site: Reader<Site | ''> = oneOf(...siteNames());
const address: Reader<URL | undefined> = serviceUrl;

/** The Datadog site, by name or by base URL (a new site, an emulator). */
export const datadogSettings = {
  DATADOG_SITE: optional(site, '', 'Datadog site, such as datadoghq.eu. Set either this or DATADOG_URL.'),
  DATADOG_URL: optional(
    address,
    undefined,
    'Base URL of the Datadog API, for a site that is not in the list of sites, or an emulator.',
  ),
  DATADOG_UI_URL: optional(address, undefined, "Base URL of Datadog's web pages. Default: that of the site."),
};

interface Given {
  readonly DATADOG_SITE: Site | '';
  readonly DATADOG_URL: URL | undefined;
  readonly DATADOG_UI_URL: URL | undefined;
}

/** Returns the URLs of the configured Datadog. Adds invalid settings to `faults`. */
export function datadogTarget(given: Given, faults: string[]): DatadogTarget {
  const name = given.DATADOG_SITE;
  if ((name === '') === (given.DATADOG_URL === undefined)) {
    faults.push('DATADOG_SITE or DATADOG_URL is required; set exactly one of them');
  }
  const baseUrl = given.DATADOG_URL ?? new URL(`https://api.${name || 'datadoghq.com'}`);
  const uiUrl = given.DATADOG_UI_URL ?? (name === '' ? baseUrl : new URL(`https://${SITES[name]}`));
  return { baseUrl, uiUrl };
}

function siteNames(): Site[] {
  return Object.keys(SITES).filter((name): name is Site => Object.hasOwn(SITES, name));
}
