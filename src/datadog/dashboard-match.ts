import type { JsonObject } from '../domain/json.ts';
import type { SearchFilter } from '../pipeline/ports.ts';

/** The only key of tags that a dashboard can have (datadog-api 12). */
const TAG_KEY = 'team:';
const WORD = /"([^"]*)"|[^\s"]+/g;

/** What is asked of a dashboard, in two parts: what the list of all can tell, and what only the whole can. */
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
  const words = [...query.matchAll(WORD)].map(([whole, quoted]) => quoted ?? whole);
  const wanted = [...words, ...tag.split(',')].map((word) => word.trim().toLowerCase()).filter(Boolean);
  const [tags, texts] = [wanted.filter(isTag), wanted.filter((word) => !isTag(word))];
  return {
    summary(dashboard) {
      const said = `${textOf(dashboard['title'])}\n${textOf(dashboard['description'])}`;
      return texts.every((text) => said.includes(text));
    },
    tags(dashboard) {
      const has = Array.isArray(dashboard['tags']) ? dashboard['tags'].map(textOf) : [];
      return tags.every((wantedTag) => has.includes(wantedTag));
    },
  };
}

function isTag(word: string): boolean {
  return word.startsWith(TAG_KEY);
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value.toLowerCase() : '';
}
