import { isObject, type Json, type JsonObject } from '../domain/json.ts';
import { askCatalog } from './ask-catalog.ts';
import {
  answerFrom,
  answering,
  type Catalog,
  CATALOG_TITLES,
  CatalogFailure,
  type Question,
} from './catalog.ts';
import { createLeanixToken, type LeanixToken, type LeanixTokenOptions } from './leanix-token.ts';

const TITLE = CATALOG_TITLES.leanix;
const PAGE = 200;
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
 * LeanIX: applications that are not archived, by their name (outer spaces aside, case kept). An alias may also be the
 * external id, or the display name (`parent / name`). The search is full text, so a hit counts only when it compares
 * equal. Two fact sheets of one name under different parents are ambiguous.
 */
export function createLeanix(options: LeanixTokenOptions): Catalog {
  const token = createLeanixToken(options);
  const ask = (filter: JsonObject, question: Question) => applications(filter, question, token, options);
  return answering(async (question) => {
    const { name, alias } = question;
    const named = await ask({ fullTextSearch: name }, question);
    const byName = named.filter((a) => a.name === name || (alias && a.displayName === name));
    if (byName.length > 0 || !alias) return answerFrom(byName);
    // The entries have the form `<field>/<value>`: seen in public code only, so asked for where nothing else serves.
    const numbered = await ask({ externalIds: [`externalId/${name}`] }, question);
    return answerFrom(numbered.filter((a) => a.externalId === name));
  });
}

interface Application {
  readonly name: string;
  readonly displayName: string;
  readonly externalId: string | undefined;
  readonly handle: string;
}

async function applications(
  filter: JsonObject,
  question: Question,
  token: LeanixToken,
  options: LeanixTokenOptions,
): Promise<Application[]> {
  const found = new Map<string, Application>();
  const cursors = new Set<string>();
  let after: string | null = null;
  for (let pages = 0; pages < MAX_PAGES; pages += 1) {
    const body = JSON.stringify({ query: QUERY, variables: { filter, first: PAGE, after } });
    const sheets = factSheets(await graphql(body, question, token, options));
    const edges = listOf(sheets, 'edges');
    if (edges.length > PAGE) throw new CatalogFailure(`${TITLE} answered with a page larger than asked for`);
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
  throw new CatalogFailure(`${TITLE} found too many fact sheets for "${question.name}"`);
}

/** Asks once more with a new token where the one held is refused: it may have been revoked before its time. */
async function graphql(
  body: string,
  { deadline }: Question,
  token: LeanixToken,
  { url, outbound }: LeanixTokenOptions,
): Promise<Json> {
  for (let last = false; ; last = true) {
    const held = await token.current(deadline);
    try {
      const { json } = await askCatalog(outbound, TITLE, {
        method: 'POST',
        url: new URL('/services/pathfinder/v1/graphql', url),
        headers: {
          authorization: `Bearer ${held.reveal()}`,
          'content-type': 'application/json',
          accept: 'application/json',
        },
        body,
        deadline,
      });
      return json;
    } catch (error) {
      if (!(error instanceof CatalogFailure && error.status === 401)) throw error;
      token.refused(held);
      if (last) throw error;
    }
  }
}

/** GraphQL tells its failures under HTTP 200, with `data` null or partial: `errors` is looked at first. */
function factSheets(json: Json): JsonObject {
  const errors = isObject(json) ? json['errors'] : undefined;
  if (Array.isArray(errors) ? errors.length > 0 : errors !== undefined && errors !== null) {
    const first = Array.isArray(errors) ? errors[0] : undefined;
    const words = isObject(first) && typeof first['message'] === 'string' ? first['message'] : 'no message';
    throw new CatalogFailure(`${TITLE} could not answer: ${words.slice(0, 200)}`);
  }
  return objectOf(objectOf(json, 'data'), 'allFactSheets');
}

function applicationOf(node: JsonObject): Application | undefined {
  if (node['type'] !== 'Application' || node['status'] === 'ARCHIVED') return undefined;
  const displayName = typeof node['displayName'] === 'string' ? node['displayName'].trim() : '';
  const holder = node['externalId'];
  const external = isObject(holder) ? holder['externalId'] : undefined;
  const externalId = typeof external === 'string' && external !== '' ? external : undefined;
  const handle = externalId ?? displayName;
  return { name: textOf(node, 'name').trim(), displayName, externalId, handle };
}

const misshapen = (what: string) => new CatalogFailure(`${TITLE} answered without ${what}`);

function objectOf(parent: Json, name: string): JsonObject {
  const value = isObject(parent) ? parent[name] : undefined;
  if (!isObject(value)) throw misshapen(name);
  return value;
}

function listOf(parent: JsonObject, name: string): Json[] {
  const value = parent[name];
  if (!Array.isArray(value)) throw misshapen(name);
  return value;
}

function textOf(parent: JsonObject, name: string): string {
  const value = parent[name];
  if (typeof value !== 'string') throw misshapen(name);
  return value;
}
