import { Buffer } from 'node:buffer';
import { isRawObject, type RawObject } from '../raw-json.ts';
import { DatadogError } from '../datadog-error.ts';
import { timeInId } from './event-ids.ts';
import { parseQuery, type Term } from './event-query.ts';

/** The parameters of an event search. */
export interface EventSearch {
  readonly query: string;
  /** Epoch milliseconds, both inclusive. */
  readonly from: number;
  readonly to: number;
  readonly newestFirst: boolean;
  readonly cursor: string | undefined;
  readonly limit: number;
  /** The parameters as those of a GET, without the cursor. */
  readonly parameters: URLSearchParams;
}

export interface EventPage {
  readonly data: readonly RawObject[];
  /** True if there are events after this page. */
  readonly more: boolean;
  /** The cursor of the next page; undefined if this page is empty. */
  readonly after: string | undefined;
}

const UNITS_MS = new Map(
  Object.entries({
    s: 1e3,
    m: 6e4,
    h: 36e5,
    d: 864e5,
    w: 6048e5,
    mo: 2592e6,
    y: 31536e6,
  }),
);
const RELATIVE = /^now((?:[+-]\d+(?:mo|[smhdwy]))*)$/;
const DEFAULT_LIMIT = 10;
const MAX_LIMIT = 1000;
const SORTS = ['timestamp', '-timestamp'];
/** The search keys without `@` that refer to attributes. */
const RESERVED = new Map(
  Object.entries({
    status: 'status',
    service: 'service',
    priority: 'priority',
    host: 'hostname',
    title: 'title',
    aggregation_key: 'aggregation_key',
  }),
);

/** Parses a search from the parameters of a GET. Throws DatadogError. */
export function searchInQuery(query: URLSearchParams, now: number): EventSearch {
  const values = new Map([...query].filter(([, value]) => value !== ''));
  return readSearch((name) => values.get(name), now);
}

/** Parses a search from the body of a POST. Throws DatadogError. */
export function searchInBody(body: RawObject, now: number): EventSearch {
  return readSearch((name) => {
    const [, member = '', inner] = /^(\w+)(?:\[(\w+)\])?$/.exec(name) ?? [];
    const value = body[member];
    const found = inner === undefined ? value : isRawObject(value) ? value[inner] : undefined;
    return typeof found === 'string' || typeof found === 'number' ? String(found) : undefined;
  }, now);
}

function readSearch(valueOf: (name: string) => string | undefined, now: number): EventSearch {
  const [sort, limit] = [valueOf('sort') ?? 'timestamp', valueOf('page[limit]')];
  if (!SORTS.includes(sort)) throw invalid('sort', `must be one of ${SORTS.join(', ')}`);
  const size = limit === undefined ? DEFAULT_LIMIT : Number(limit);
  if (!Number.isInteger(size) || size < 1 || size > MAX_LIMIT)
    throw invalid('page', `limit must be between 1 and ${MAX_LIMIT}`);
  const names = ['filter[from]', 'filter[query]', 'filter[to]', 'page[limit]', 'sort'];
  return {
    query: valueOf('filter[query]') ?? '*',
    from: time(valueOf('filter[from]') ?? 'now-15m', now),
    to: time(valueOf('filter[to]') ?? 'now', now),
    newestFirst: sort === '-timestamp',
    cursor: valueOf('page[cursor]'),
    limit: size,
    parameters: new URLSearchParams(
      names.flatMap((name): [string, string][] => {
        const value = valueOf(name);
        return value === undefined ? [] : [[name, value]];
      }),
    ),
  };
}

/** Returns a page of the events that match a search. Throws DatadogError. */
export function pageOf(events: readonly RawObject[], search: EventSearch): EventPage {
  const isMatch = parseQuery(search.query, holds, (message) => invalid('filter', message));
  const sorted = events.toSorted((a, b) => timeOf(a) - timeOf(b));
  if (search.newestFirst) sorted.reverse();
  const start = search.cursor === undefined ? 0 : startAfter(sorted, search.cursor, search.newestFirst);
  const remaining = sorted
    .slice(start)
    .filter((event) => timeOf(event) >= search.from && timeOf(event) <= search.to && isMatch(event));
  const data = remaining.slice(0, search.limit);
  const last = data.at(-1);
  const after = last && Buffer.from(JSON.stringify({ after: last['id'] })).toString('base64url');
  return { data, more: remaining.length > data.length, after };
}

/** Returns the URL of the next page, with the parameters sorted by name. */
export function nextPage(address: string, { parameters: own }: EventSearch, after: string): string {
  const parameters = new URLSearchParams([...own, ['page[cursor]', after]]);
  parameters.sort();
  return `${address}?${parameters}`;
}

function startAfter(sorted: readonly RawObject[], cursor: string, newestFirst: boolean): number {
  const id = idInCursor(cursor);
  const at = sorted.findIndex((event) => event['id'] === id);
  if (at >= 0) return at + 1;
  const ms = timeInId(id);
  if (ms === undefined) throw invalid('page', 'invalid cursor');
  const next = sorted.findIndex((event) => (newestFirst ? timeOf(event) < ms : timeOf(event) > ms));
  return next < 0 ? sorted.length : next;
}

function idInCursor(cursor: string): string {
  try {
    const read: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    const id = isRawObject(read) ? read['after'] : undefined;
    if (typeof id === 'string') return id;
  } catch {}
  throw invalid('page', 'invalid cursor');
}

function invalid(field: string, message: string): DatadogError {
  return new DatadogError(
    400,
    `{'errors': [u"input_validation_error(Field '${field}' is invalid: ${message})"]}`,
  );
}

/** Parses `now-15m`, an ISO time, or epoch milliseconds. */
function time(text: string, now: number): number {
  const [, offsets] = RELATIVE.exec(text) ?? [];
  if (offsets !== undefined) {
    return [...offsets.matchAll(/([+-]\d+)(mo|[smhdwy])/g)].reduce(
      (at, [, count, unit = '']) => at + Number(count) * (UNITS_MS.get(unit) ?? 0),
      now,
    );
  }
  // In parameters that were not escaped, the plus of an offset arrives as a space.
  const ms = /^\d+$/.test(text) ? Number(text) : Date.parse(text.replace(/ (?=\d\d:\d\d$)/, '+'));
  if (Number.isNaN(ms)) throw invalid('filter', `'${text}' is not a time`);
  return ms;
}

function attributesOf({ attributes }: RawObject): RawObject {
  return isRawObject(attributes) ? attributes : {};
}

/** Returns the time of an event in epoch milliseconds. */
export function timeOf(event: RawObject): number {
  return Date.parse(String(attributesOf(event)['timestamp']));
}

/** Returns whether an event matches `@attribute:value`, `key:value` of a tag or reserved attribute, or words of title and message. */
export function holds(event: RawObject, term: Term): boolean {
  if (term.key !== undefined) return valuesOfKey(event, term.key).some(term.isWhole);
  const { attributes, message } = attributesOf(event);
  const inner = isRawObject(attributes) ? attributes : {};
  return [message, inner['title']].some((text) => term.isWithin(String(text ?? '')));
}

/** Returns the values of `@attribute`, of a tag, or of a reserved attribute if there is no such tag. */
export function valuesOfKey(event: RawObject, key: string): unknown[] {
  const { attributes, tags, ...others } = attributesOf(event);
  const inner = isRawObject(attributes) ? attributes : {};
  if (key.startsWith('@')) return valuesAt(inner, key.slice(1).split('.')).filter(isPresent);
  const tagged = (Array.isArray(tags) ? tags.map(String) : []).filter((tag) => tag.startsWith(`${key}:`));
  if (tagged.length > 0) return tagged.map((tag) => tag.slice(key.length + 1));
  const name = RESERVED.get(key);
  return name === undefined ? [] : [inner[name], others[name]].flat().filter(isPresent);
}

function isPresent(value: unknown): boolean {
  return value !== undefined && value !== null;
}

/** Returns the values at a path; for a list, those of each item. */
function valuesAt(value: unknown, path: readonly string[]): unknown[] {
  if (Array.isArray(value)) return value.flatMap((item) => valuesAt(item, path));
  const [step, ...rest] = path;
  if (step === undefined) return [value];
  return isRawObject(value) ? valuesAt(value[step], rest) : [];
}
