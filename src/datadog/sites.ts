/** Hosts of the web pages, by site. The host of the API is `api.<site>`. */
export const SITES = {
  'datadoghq.com': 'app.datadoghq.com',
  'us3.datadoghq.com': 'us3.datadoghq.com',
  'us5.datadoghq.com': 'us5.datadoghq.com',
  'datadoghq.eu': 'app.datadoghq.eu',
  'ap1.datadoghq.com': 'ap1.datadoghq.com',
  'ap2.datadoghq.com': 'ap2.datadoghq.com',
  'uk1.datadoghq.com': 'uk1.datadoghq.com',
  'ddog-gov.com': 'app.ddog-gov.com',
  'us2.ddog-gov.com': 'us2.ddog-gov.com',
} as const;

export type Site = keyof typeof SITES;

/** The URLs of Datadog's API and of its web pages. */
export interface DatadogTarget {
  readonly baseUrl: URL;
  readonly uiUrl: URL;
}

export const SITE_NAMES: readonly Site[] = Object.keys(SITES).filter((name): name is Site =>
  Object.hasOwn(SITES, name),
);

/** Returns the site whose web pages have a host, such as `app.datadoghq.eu` or `company.datadoghq.com`. */
export function siteOfPages(host: string): Site | undefined {
  const name = host.toLowerCase();
  if (SITE_NAMES.some((one) => one === name)) return undefined;
  return SITE_NAMES.filter((one) => name.endsWith(`.${one}`)).toSorted((a, b) => b.length - a.length)[0];
}

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
