import { Buffer } from 'node:buffer';
import { isRawObject, type RawObject } from '../raw-json.ts';
import { Refused } from '../refused.ts';

/** What a search for events asks for. */
export interface EventSearch {
  readonly query: string;
  /** Epoch milliseconds. */
  readonly from: number;
  readonly to: number;
  readonly newestFirst: boolean;
  readonly cursor: string | undefined;
  readonly limit: number;
}

const UNITS_MS: Readonly<Record<string, number>> = { s: 1e3, m: 6e4, h: 36e5, d: 864e5, w: 6048e5 };
const PAGE_LIMIT = 10;
const MOST = 1000;

/** Reads a search from the parameters of a GET. Throws Refused. */
export function searchInQuery(query: URLSearchParams, now: number): EventSearch {
  return search(
    {
      query: query.get('filter[query]'),
      from: query.get('filter[from]'),
      to: query.get('filter[to]'),
      sort: query.get('sort'),
      cursor: query.get('page[cursor]'),
      limit: query.get('page[limit]'),
    },
    now,
  );
}

/** Reads a search from the body of a POST. Throws Refused. */
export function searchInBody(body: RawObject, now: number): EventSearch {
  const filter = isRawObject(body['filter']) ? body['filter'] : {};
  const page = isRawObject(body['page']) ? body['page'] : {};
  const { query, from, to } = filter;
  const { cursor, limit } = page;
  return search({ query, from, to, sort: body['sort'], cursor, limit }, now);
}

function search(asked: Readonly<Record<string, unknown>>, now: number): EventSearch {
  const { query, from, to, sort, cursor, limit } = asked;
  return {
    query: typeof query === 'string' ? query : '*',
    from: time(from, now) ?? now - 15 * 60_000,
    to: time(to, now) ?? now,
    newestFirst: sort === '-timestamp',
    cursor: typeof cursor === 'string' ? cursor : undefined,
    limit: Math.min(MOST, Number(limit ?? PAGE_LIMIT)),
  };
}

/** The events that are wanted, a page of them, and the cursor of the next page. Throws Refused. */
export function pageOf(events: readonly RawObject[], wanted: EventSearch) {
  const condition = conditionOf(wanted.query);
  const found = events
    .filter((event) => {
      const at = Date.parse(String(attributesOf(event)['timestamp']));
      return at >= wanted.from && at <= wanted.to && condition(event);
    })
    .toSorted((a, b) => timeOf(a).localeCompare(timeOf(b)));
  if (wanted.newestFirst) found.reverse();
  const start = wanted.cursor === undefined ? 0 : afterCursor(found, wanted.cursor);
  const data = found.slice(start, start + wanted.limit);
  const last = data.at(-1);
  const more = start + wanted.limit < found.length && last !== undefined;
  const after = more ? Buffer.from(JSON.stringify({ after: last['id'] })).toString('base64url') : undefined;
  return { data, after };
}

function afterCursor(found: readonly RawObject[], cursor: string): number {
  let id: unknown;
  try {
    const read: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    id = isRawObject(read) ? read['after'] : undefined;
  } catch {}
  if (typeof id !== 'string') {
    throw new Refused(
      400,
      "{'errors': [u\"input_validation_error(Field 'page' is invalid: invalid cursor)\"]}",
    );
  }
  return found.findIndex((event) => event['id'] === id) + 1;
}

function attributesOf({ attributes }: RawObject): RawObject {
  return isRawObject(attributes) ? attributes : {};
}

function timeOf(event: RawObject): string {
  return `${String(attributesOf(event)['timestamp'])} ${String(event['id'])}`;
}

/** `now-15m`, an ISO time, or epoch milliseconds. */
function time(value: unknown, now: number): number | undefined {
  if (value === undefined || value === null) return undefined;
  const text = String(value);
  const [relative, count = '', unit = ''] = /^now(?:-(\d+)([smhdw]))?$/.exec(text) ?? [];
  if (relative !== undefined) return now - (count === '' ? 0 : Number(count) * (UNITS_MS[unit] ?? 0));
  return /^\d+$/.test(text) ? Number(text) : Date.parse(text.replace(' ', '+'));
}

const TERM = /(-|NOT\s+)?(?:(@?[\w.]+):)?(?:"([^"]*)"|([^\s()]+))/g;

/** Terms joined by AND: `@attribute:value`, `key:value` of a tag, and words of the message; `*` at any place. */
function conditionOf(query: string): (event: RawObject) => boolean {
  const terms = [...query.replace(/[()]/g, ' ').matchAll(TERM)].filter(
    ([term]) => term !== 'AND' && term !== '*',
  );
  return (event) => {
    const attributes = attributesOf(event);
    const tags = Array.isArray(attributes['tags']) ? attributes['tags'].map(String) : [];
    return terms.every(([, not, key, quoted, bare = '']) => {
      const pattern = new RegExp(`^${RegExp.escape(quoted ?? bare).replaceAll('\\*', '.*')}$`, 'i');
      const held = key?.startsWith('@')
        ? pattern.test(String(valueAt(attributes['attributes'], key.slice(1).split('.'))))
        : key === undefined
          ? String(attributes['message'])
              .toLowerCase()
              .includes((quoted ?? bare).toLowerCase())
          : tags.some((tag) => tag.startsWith(`${key}:`) && pattern.test(tag.slice(key.length + 1)));
      return held !== (not !== undefined);
    });
  };
}

function valueAt(value: unknown, [step, ...rest]: readonly string[]): unknown {
  if (step === undefined) return value;
  return isRawObject(value) ? valueAt(value[step], rest) : undefined;
}
