import { oneOf, optional, serviceUrl, type Reader } from '../runtime/settings.ts';
import { type DatadogTarget, SITES, type Site } from './sites.ts';

const site: Reader<Site | ''> = oneOf(...siteNames());
const address: Reader<URL | undefined> = serviceUrl;

/** Which Datadog: a site by name, or any base address (a site that is new, an emulator). */
export const datadogSettings = {
  DATADOG_SITE: optional(site, '', 'The site of Datadog, as in datadoghq.eu; or DATADOG_URL instead.'),
  DATADOG_URL: optional(
    address,
    undefined,
    "The base address of Datadog's API, for a site that is not known by name or an emulator.",
  ),
  DATADOG_UI_URL: optional(
    address,
    undefined,
    "Where people see Datadog's pages; by default that of the site.",
  ),
};

interface Given {
  readonly DATADOG_SITE: Site | '';
  readonly DATADOG_URL: URL | undefined;
  readonly DATADOG_UI_URL: URL | undefined;
}

/** The Datadog that the settings name; what is wrong with them goes into `faults`. */
export function datadogTarget(given: Given, faults: string[]): DatadogTarget {
  const name = given.DATADOG_SITE;
  if ((name === '') === (given.DATADOG_URL === undefined)) {
    faults.push('DATADOG_SITE or DATADOG_URL: give one of them, and one alone');
  }
  const baseUrl = given.DATADOG_URL ?? new URL(`https://api.${name || 'datadoghq.com'}`);
  const uiUrl = given.DATADOG_UI_URL ?? (name === '' ? baseUrl : new URL(`https://${SITES[name]}`));
  return { baseUrl, uiUrl };
}

function siteNames(): Site[] {
  return Object.keys(SITES).filter((name): name is Site => Object.hasOwn(SITES, name));
}
