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
 * Matches as Birddog does it, for Datadog has no search for dashboards. Each word of the query, and each tag, must
 * stand in the title or the description, whatever its case; words in quotes are one. `team:x` must be among the
 * tags instead. Operators and wildcards are words like any other.
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
