import { isObject, type Json } from '../domain/json.ts';
import type { Secret } from '../domain/secret.ts';
import type { Outbound } from '../runtime/outbound.ts';
import { requestCatalog } from './request-catalog.ts';
import {
  answerFrom,
  failuresAsAnswers,
  type Catalog,
  type CatalogAnswer,
  CATALOG_TITLES,
  CatalogFailure,
  type CatalogQuery,
} from './catalog.ts';

export interface ServicenowOptions {
  /** The instance, `https://<instance>.service-now.com`. */
  readonly url: URL;
  readonly outbound: Outbound;
  /** Queried in this order; the first with a match is used. A table includes those that extend it. */
  readonly tables: readonly string[];
  /** Returns the integration user. Called before every request, so that a rotated password is used. */
  readonly username: () => Secret;
  readonly password: () => Secret;
}

const TITLE = CATALOG_TITLES.servicenow;
/** The number of rows to request. Two rows show that a name is not unique. */
const MAX_ROWS = 2;
const SYS_ID = /^[0-9a-f]{32}$/;
/** Compares like the instance's database: ignores case, accents and trailing spaces. */
const COLLATION = new Intl.Collator('en', { sensitivity: 'base', usage: 'search' });

/**
 * Returns why a name cannot be used in an encoded query, as a phrase that follows the name, or undefined. `^` ends a
 * condition and starts another one, and ServiceNow executes a value that starts with `javascript:`.
 */
export function servicenowNameFault(name: string): string | undefined {
  if (name.trim() === '') return 'is empty';
  if (name.includes('^')) return 'has a "^", which ServiceNow reads as the end of a condition';
  if (/\p{Cc}/u.test(name)) return 'has a control character';
  if (/^\s*javascript:/i.test(name)) return 'begins with "javascript:", which ServiceNow would run';
  return undefined;
}

/**
 * Creates a lookup in ServiceNow's CMDB through the Table API. The instance silently drops conditions that it does not
 * understand and returns every row, so the results are compared again, and rows that do not match make the answer `unknown`.
 * An alias may also be a `sys_id`.
 */
export function createServicenow(options: ServicenowOptions): Catalog {
  return failuresAsAnswers(async (query) => {
    const fault = servicenowNameFault(query.name);
    if (fault) throw new CatalogFailure(`the name "${query.name}" ${fault}`);
    for (const table of options.tables) {
      const answer = await queryTable(table, query, options);
      if (answer.answer !== 'not_found') return answer;
    }
    return { answer: 'not_found' };
  });
}

async function queryTable(
  table: string,
  query: CatalogQuery,
  options: ServicenowOptions,
): Promise<CatalogAnswer> {
  const { name, alias, deadline } = query;
  const column = alias && SYS_ID.test(name) ? 'sys_id' : 'name';
  const url = new URL(`/api/now/table/${encodeURIComponent(table)}`, options.url);
  url.searchParams.set('sysparm_query', `${column}=${name}`);
  url.searchParams.set('sysparm_fields', 'sys_id,name');
  url.searchParams.set('sysparm_limit', String(MAX_ROWS));
  const user = `${options.username().reveal()}:${options.password().reveal()}`;
  const { json, headers } = await requestCatalog(options.outbound, TITLE, {
    method: 'GET',
    url,
    headers: {
      authorization: `Basic ${Buffer.from(user).toString('base64')}`,
      accept: 'application/json',
    },
    deadline,
  });
  const result = isObject(json) ? json['result'] : undefined;
  if (!Array.isArray(result)) throw new CatalogFailure(`${TITLE} answered without a list of rows`);
  if (result.length > MAX_ROWS) throw new CatalogFailure(`${TITLE} answered with more rows than requested`);
  const rows = result.map(rowOf);
  if (rows.some((row) => COLLATION.compare(row[column].trimEnd(), name.trimEnd()) !== 0)) {
    throw new CatalogFailure(`${TITLE} answered with rows of ${table} that do not match`);
  }
  const exact = rows.filter((row) => row[column] === name);
  if (exact.length < 2 && countOf(headers) > rows.length) {
    // The count includes rows that access rules hide.
    throw new CatalogFailure(`${TITLE} has rows of ${table} under "${name}" that it does not show`);
  }
  return answerFrom(exact.map((row) => ({ name: row.name, handle: row.sys_id })));
}

/** Returns the number of matching rows, including hidden ones. */
function countOf(headers: Readonly<Record<string, string>>): number {
  const text = headers['x-total-count'] ?? '';
  if (!/^\d+$/.test(text)) throw new CatalogFailure(`${TITLE} did not send the number of rows`);
  return Number(text);
}

function rowOf(row: Json): { name: string; sys_id: string } {
  return { name: field(row, 'name'), sys_id: field(row, 'sys_id') };
}

/** Returns a column of a row. Throws CatalogFailure if access rules hide it. */
function field(row: Json, column: string): string {
  const value = isObject(row) ? row[column] : undefined;
  if (typeof value !== 'string') throw new CatalogFailure(`${TITLE} does not show the column ${column}`);
  return value;
}
