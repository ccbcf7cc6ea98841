import { isObject, type Json } from '../domain/json.ts';
import type { Secret } from '../domain/secret.ts';
import type { Outbound } from '../runtime/outbound.ts';
import { askCatalog } from './ask-catalog.ts';
import {
  answerFrom,
  answering,
  type Catalog,
  type CatalogAnswer,
  CATALOG_TITLES,
  CatalogFailure,
  type Question,
} from './catalog.ts';

export interface ServicenowOptions {
  /** The instance, `https://<instance>.service-now.com`. */
  readonly url: URL;
  readonly outbound: Outbound;
  /** Asked in this order; the first with a match decides. A table covers those that extend it. */
  readonly tables: readonly string[];
  /** The integration user; asked for before every call so that a rotated password is taken up. */
  readonly username: () => Secret;
  readonly password: () => Secret;
}

const TITLE = CATALOG_TITLES.servicenow;
/** Rows asked for: two tell that a name is not unique. */
const MAX_ROWS = 2;
const SYS_ID = /^[0-9a-f]{32}$/;
/** As the instance's database compares: without regard to case, accents and spaces at the end. */
const COLLATION = new Intl.Collator('en', { sensitivity: 'base', usage: 'search' });

/**
 * What keeps a name out of an encoded query, as words that follow it; undefined where nothing does. `^` ends a
 * condition and begins another, and `javascript:` has the rest evaluated on the instance.
 */
export function servicenowNameFault(name: string): string | undefined {
  if (name.trim() === '') return 'is empty';
  if (name.includes('^')) return 'has a "^", which ServiceNow reads as the end of a condition';
  if (/\p{Cc}/u.test(name)) return 'has a control character';
  if (/^\s*javascript:/i.test(name)) return 'begins with "javascript:", which ServiceNow would run';
  return undefined;
}

/**
 * ServiceNow's CMDB, through the Table API. A condition that the instance does not understand is dropped without a
 * word and every row comes back; so `name` is always asked for and compared exactly, and rows that were not asked for
 * mean that the catalog cannot tell. An alias may also be a `sys_id`.
 */
export function createServicenow(options: ServicenowOptions): Catalog {
  return answering(async (question) => {
    const fault = servicenowNameFault(question.name);
    if (fault) throw new CatalogFailure(`the name "${question.name}" ${fault}`);
    for (const table of options.tables) {
      const answer = await askTable(table, question, options);
      if (answer.answer !== 'not_found') return answer;
    }
    return { answer: 'not_found' };
  });
}

async function askTable(
  table: string,
  question: Question,
  options: ServicenowOptions,
): Promise<CatalogAnswer> {
  const { name, alias, deadline } = question;
  const column = alias && SYS_ID.test(name) ? 'sys_id' : 'name';
  const url = new URL(`/api/now/table/${encodeURIComponent(table)}`, options.url);
  url.searchParams.set('sysparm_query', `${column}=${name}`);
  url.searchParams.set('sysparm_fields', 'sys_id,name');
  url.searchParams.set('sysparm_limit', String(MAX_ROWS));
  const user = `${options.username().reveal()}:${options.password().reveal()}`;
  const { json, headers } = await askCatalog(options.outbound, TITLE, {
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
  if (result.length > MAX_ROWS) throw new CatalogFailure(`${TITLE} answered with more rows than asked for`);
  const rows = result.map(rowOf);
  if (rows.some((row) => COLLATION.compare(row[column].trimEnd(), name.trimEnd()) !== 0)) {
    throw new CatalogFailure(`${TITLE} answered with rows of ${table} that were not asked for`);
  }
  const exact = rows.filter((row) => row[column] === name);
  if (exact.length < 2 && countOf(headers) > rows.length) {
    // Rows that access rules hide are counted and left out.
    throw new CatalogFailure(`${TITLE} has rows of ${table} under "${name}" that it does not show`);
  }
  return answerFrom(exact.map((row) => ({ name: row.name, handle: row.sys_id })));
}

/** How many rows the query has, hidden ones too. */
function countOf(headers: Readonly<Record<string, string>>): number {
  const text = headers['x-total-count'] ?? '';
  if (!/^\d+$/.test(text)) throw new CatalogFailure(`${TITLE} did not say how many rows there are`);
  return Number(text);
}

function rowOf(row: Json): { name: string; sys_id: string } {
  return { name: field(row, 'name'), sys_id: field(row, 'sys_id') };
}

/** A column that access rules hide is missing from the row. */
function field(row: Json, column: string): string {
  const value = isObject(row) ? row[column] : undefined;
  if (typeof value !== 'string') throw new CatalogFailure(`${TITLE} does not show the column ${column}`);
  return value;
}
