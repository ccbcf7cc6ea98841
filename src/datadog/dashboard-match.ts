import type { JsonObject } from '../domain/json.ts';
import type { SearchFilter } from '../pipeline/ports.ts';

/** The only tag key that Datadog allows on dashboards. */
const TAG_KEY = 'team:';
const WORD = /"([^"]*)"|[^\s"]+/g;

/** A filter for dashboards: `summary` needs only an entry of the list, `tags` needs the whole dashboard. */
export interface DashboardMatch {
  readonly summary: (dashboard: JsonObject) => boolean;
  readonly tags: (dashboard: JsonObject) => boolean;
}

/**
 * Matches dashboards in Birddog, because Datadog has no search for them. The title or the description must contain each word
 * and each tag of the query, ignoring case; quoted words form one phrase. `team:x` must be one of the tags. Operators and
 * wildcards are treated as ordinary words.
 */
export function dashboardMatch({ query = '', tag = '' }: SearchFilter): DashboardMatch {
  const queried = [...query.matchAll(WORD)].map(([whole, quoted]) => quoted ?? whole);
  const terms = [...queried, ...tag.split(',')].map((word) => word.trim().toLowerCase()).filter(Boolean);
  const [tags, words] = [terms.filter(isTag), terms.filter((word) => !isTag(word))];
  return {
    summary(dashboard) {
      const searchable = `${textOf(dashboard['title'])}\n${textOf(dashboard['description'])}`;
      return words.every((word) => searchable.includes(word));
    },
    tags(dashboard) {
      const dashboardTags = Array.isArray(dashboard['tags']) ? dashboard['tags'].map(textOf) : [];
      return tags.every((required) => dashboardTags.includes(required));
    },
  };
}

function isTag(word: string): boolean {
  return word.startsWith(TAG_KEY);
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value.toLowerCase() : '';
}
