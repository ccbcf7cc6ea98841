import type { JsonObject } from '../domain/json.ts';
import { type Splice, spliced } from '../domain/splice.ts';

/** A tag `key:value` of a query, which a template variable can replace. */
export interface ScopeTag {
  readonly key: string;
  readonly value: string;
  /** Its range in the text of the query. */
  readonly from: number;
  readonly to: number;
}

/** A query of a graph: a metric query or a search. */
export interface GraphQuery {
  readonly text: string;
  /** The tags that every series or event of the query has. */
  readonly tags: readonly ScopeTag[];
  /** Changes that make a metric query use the variable of the dashboard's scope; none for a search. */
  readonly scope: readonly Splice[];
  /** Returns the query of a widget's request. Its text may differ by the variables. */
  readonly request: (text: string) => JsonObject;
}

/** What a graph requests. */
export interface GraphRequest {
  /** None if the widget has no request. */
  readonly queries: readonly GraphQuery[];
  /** The request of the widget, except for its queries. */
  readonly request: JsonObject;
}

/** A widget of an alert, before variables are put into its queries. */
export interface Graph extends GraphRequest {
  /** The definition, except for the requests and the title. */
  readonly definition: JsonObject;
}

/** The default values of template variables, by the tag key that is also their name. */
export type Variables = ReadonlyMap<string, string>;

/** The variable that filters all metric queries by any tag. */
export const SCOPE = 'scope';

/** Returns the text of a query that uses the template variables. */
export function withVariables({ text, tags, scope }: GraphQuery, variables: Variables): string {
  const replaced = tags.flatMap(({ key, value, from, to }) =>
    variables.get(key) === value ? [{ from, to, text: `$${key}` }] : [],
  );
  return spliced(text, [...replaced, ...scope]);
}

/** The maximum number of template variables that come from tags. */
const MAX_VARIABLES = 10;

/**
 * Returns the template variables of several graphs. The first value of a key is the default of its variable, so that an alert
 * that is added later does not change the graphs of the others. A query with another value keeps it.
 */
export function variablesOf(graphs: readonly GraphRequest[]): Variables {
  const variables = new Map<string, string>();
  for (const { queries } of graphs) {
    for (const { key, value } of queries.flatMap(({ tags }) => tags)) {
      if (variables.size === MAX_VARIABLES) return variables;
      if (!variables.has(key)) variables.set(key, value);
    }
  }
  return variables;
}

/** A tag whose key can be the name of a variable, and whose value is literal. */
const TAG = /^([A-Za-z]\w{0,99}):([\w./-][\w./:@-]{0,199})$/;

/** Returns the tag of a term of a filter or search, or undefined if a variable cannot replace it. */
export function scopeTag(term: string, from: number): ScopeTag | undefined {
  const [, key = '', value = ''] = TAG.exec(term) ?? [];
  return key === '' || key === SCOPE ? undefined : { key, value, from, to: from + term.length };
}
