/** `^[a-z0-9][a-z0-9._-]{0,99}$`: the name of an application. */
export const APPLICATION_SLUG = /^[a-z0-9][a-z0-9._-]{0,99}$/;
/** `^[a-z0-9][a-z0-9._-]{0,79}$`: the name of an object within its application. */
export const KEY_SLUG = /^[a-z0-9][a-z0-9._-]{0,79}$/;
/** Lower case, as Datadog stores the value of a `team:` tag. */
export const TEAM_SLUG = /^[a-z0-9][a-z0-9._/-]{0,99}$/;

/** Maximum length of the part of a name from which a key is derived, in UTF-16 units. A key has at most 80 characters. */
const MAX_NAME = 4000;

/**
 * Derives a key from a name or title. Returns undefined if that is impossible (only symbols, for example). Removes marks
 * before normalising, because normalising a run of marks takes time quadratic in its length.
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

/** The application that health checks use. No catalog should list it, so that the checks are routed to the sidecar. */
export const CHECK_APPLICATION = 'birddog-check';

/**
 * The route of an application: listed in every catalog, or served by the sidecar because the catalogs in `missingFrom` lack it.
 * `notChecked` names the catalogs that did not answer; it is never empty.
 */
export type Route =
  | { readonly route: 'listed'; readonly service: string }
  | {
      readonly route: 'unlisted';
      readonly missingFrom: readonly CatalogName[];
      readonly notChecked?: readonly CatalogName[];
    };

export const CATALOG_NAMES = ['datadog', 'leanix', 'servicenow'] as const;
export type CatalogName = (typeof CATALOG_NAMES)[number];

/** The names of the application in the catalogs, where they differ from its own. */
export type CatalogAliases = { readonly [catalog in CatalogName]?: string };
