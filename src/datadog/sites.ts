/** Datadog's sites: the API is `api.<site>`; some have their pages under `app.` (datadog-api 1.2). */
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

/** Where a Datadog is called, and where its pages are. */
export interface DatadogTarget {
  readonly baseUrl: URL;
  readonly uiUrl: URL;
}
