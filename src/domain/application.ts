/** `^[a-z0-9][a-z0-9._-]{0,99}$`: what a document is about, listed or not. */
export const APPLICATION_SLUG = /^[a-z0-9][a-z0-9._-]{0,99}$/;
/** `^[a-z0-9][a-z0-9._-]{0,79}$`: the name of an object within its application. */
export const KEY_SLUG = /^[a-z0-9][a-z0-9._-]{0,79}$/;
/** Lower case, as Datadog stores the value of a `team:` tag. */
export const TEAM_SLUG = /^[a-z0-9][a-z0-9._/-]{0,99}$/;

/** UTF-16 units of a name that its key is made of: a key has 80 characters. */
const MAX_NAME = 4000;

/**
 * Returns the key that a name or title gives, or undefined where it gives none (only symbols, say). Marks go before the
 * rest is decomposed, because the time to order a run of marks grows with the square of its length.
 */
export function keyFromName(name: string): string | undefined {
  const slug = name
    .replace(/\p{M}+/gu, '')
    .slice(0, MAX_NAME)
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[^a-z0-9]+/, '')
    .slice(0, 80);
  const [key = ''] = /^.*[a-z0-9]/.exec(slug) ?? [];
  return KEY_SLUG.test(key) ? key : undefined;
}

/** The application that checks are about: no catalog should know it, so that they go the way of the sidecar. */
export const CHECK_APPLICATION = 'birddog-check';

/** How an application is served: listed in every catalog, or through the sidecar because `missingFrom` lacks it. */
export type Route =
  | { readonly route: 'listed'; readonly service: string }
  | { readonly route: 'unlisted'; readonly missingFrom: readonly CatalogName[] };

export const CATALOG_NAMES = ['datadog', 'leanix', 'servicenow'] as const;
export type CatalogName = (typeof CATALOG_NAMES)[number];

/** What a document says each catalog calls the application, where that is another name. */
export type CatalogAliases = { readonly [catalog in CatalogName]?: string };
