import { isObject, type Json, type JsonObject } from '../domain/json.ts';
import { requestCatalog } from './request-catalog.ts';
import {
  answerFrom,
  failuresAsAnswers,
  type Catalog,
  CATALOG_TITLES,
  CatalogFailure,
  type CatalogQuery,
} from './catalog.ts';
import { createLeanixToken, type LeanixToken, type LeanixTokenOptions } from './leanix-token.ts';

const TITLE = CATALOG_TITLES.leanix;
const PAGE_SIZE = 200;
const MAX_PAGES = 20;

/** The query text is constant; only its variables differ. */
const QUERY = `query Applications($filter: FilterInput!, $first: Int!, $after: String) {
  allFactSheets(factSheetType: Application, filter: $filter, first: $first, after: $after) {
    totalCount
    pageInfo { hasNextPage endCursor }
    edges { node { id name displayName type status ... on Application { externalId { externalId } } } }
  }
}`;

/**
 * Creates a lookup in LeanIX: applications that are not archived, by name (case-sensitive, ignoring outer spaces). An alias
 * may also be the external id or the display name (`parent / name`). The search is full text, so results are compared
 * again. Two fact sheets with the same name under different parents are ambiguous.
 */
export function createLeanix(options: LeanixTokenOptions): Catalog {
  const token = createLeanixToken(options);
  const search = (filter: JsonObject, query: CatalogQuery) =>
    searchApplications(filter, query, token, options);
  return failuresAsAnswers(async (query) => {
    const { name, alias } = query;
    const textMatches = await search({ fullTextSearch: name }, query);
    const byName = textMatches.filter((a) => a.name === name || (alias && a.displayName === name));
    if (byName.length > 0 || !alias) return answerFrom(byName);
    // The format `<field>/<value>` of this filter is undocumented, so it is used only as a last resort.
    const idMatches = await search({ externalIds: [`externalId/${name}`] }, query);
    return answerFrom(idMatches.filter((a) => a.externalId === name));
  });
}

interface Application {
  readonly name: string;
  readonly displayName: string;
  readonly externalId: string | undefined;
  readonly handle: string;
}

async function searchApplications(
  filter: JsonObject,
  query: CatalogQuery,
  token: LeanixToken,
  options: LeanixTokenOptions,
): Promise<Application[]> {
  const found = new Map<string, Application>();
  const cursors = new Set<string>();
  let after: string | null = null;
  for (let pages = 0; pages < MAX_PAGES; pages += 1) {
    const body = JSON.stringify({ query: QUERY, variables: { filter, first: PAGE_SIZE, after } });
    const sheets = factSheets(await graphql(body, query, token, options));
    const edges = listOf(sheets, 'edges');
    if (edges.length > PAGE_SIZE)
      throw new CatalogFailure(`${TITLE} answered with a page larger than requested`);
    for (const edge of edges) {
      const node = objectOf(edge, 'node');
      const application = applicationOf(node);
      if (application) found.set(textOf(node, 'id'), application);
    }
    const page = objectOf(sheets, 'pageInfo');
    if (page['hasNextPage'] !== true) return [...found.values()];
    after = textOf(page, 'endCursor');
    if (cursors.has(after)) throw new CatalogFailure(`${TITLE} answered with the same page twice`);
    cursors.add(after);
  }
  throw new CatalogFailure(`${TITLE} found too many fact sheets for "${query.name}"`);
}

/** Sends a GraphQL query, and repeats it once with a new token after a 401: the cached token may have been revoked. */
async function graphql(
  body: string,
  { deadline }: CatalogQuery,
  token: LeanixToken,
  { url, outbound }: LeanixTokenOptions,
): Promise<Json> {
  for (let isRetry = false; ; isRetry = true) {
    const accessToken = await token.current(deadline);
    try {
      const { json } = await requestCatalog(outbound, TITLE, {
        method: 'POST',
        url: new URL('/services/pathfinder/v1/graphql', url),
        headers: {
          authorization: `Bearer ${accessToken.reveal()}`,
          'content-type': 'application/json',
          accept: 'application/json',
        },
        body,
        deadline,
      });
      return json;
    } catch (error) {
      if (!(error instanceof CatalogFailure && error.status === 401)) throw error;
      token.evict(accessToken);
      if (isRetry) throw error;
    }
  }
}

/** Returns the fact sheets of a response. GraphQL reports failures with HTTP 200 and partial data, so `errors` is checked first. */
function factSheets(json: Json): JsonObject {
  const errors = isObject(json) ? json['errors'] : undefined;
  if (Array.isArray(errors) ? errors.length > 0 : errors !== undefined && errors !== null) {
    const first = Array.isArray(errors) ? errors[0] : undefined;
    const message = isObject(first) && typeof first['message'] === 'string' ? first['message'] : 'no message';
    throw new CatalogFailure(`${TITLE} could not answer: ${message.slice(0, 200)}`);
  }
  return objectOf(objectOf(json, 'data'), 'allFactSheets');
}

function applicationOf(node: JsonObject): Application | undefined {
  if (node['type'] !== 'Application' || node['status'] === 'ARCHIVED') return undefined;
  const displayName = typeof node['displayName'] === 'string' ? node['displayName'].trim() : '';
  const externalIdField = node['externalId'];
  const external = isObject(externalIdField) ? externalIdField['externalId'] : undefined;
  const externalId = typeof external === 'string' && external !== '' ? external : undefined;
  const handle = externalId ?? displayName;
  return { name: textOf(node, 'name').trim(), displayName, externalId, handle };
}

const unexpectedShape = (missing: string) => new CatalogFailure(`${TITLE} answered without ${missing}`);

function objectOf(parent: Json, name: string): JsonObject {
  const value = isObject(parent) ? parent[name] : undefined;
  if (!isObject(value)) throw unexpectedShape(name);
  return value;
}

function listOf(parent: JsonObject, name: string): Json[] {
  const value = parent[name];
  if (!Array.isArray(value)) throw unexpectedShape(name);
  return value;
}

function textOf(parent: JsonObject, name: string): string {
  const value = parent[name];
  if (typeof value !== 'string') throw unexpectedShape(name);
  return value;
}
