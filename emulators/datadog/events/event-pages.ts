import { Buffer } from 'node:buffer';
import { isRawObject, type RawObject } from '../raw-json.ts';
import { DatadogError } from '../datadog-error.ts';
import { timeInId } from './event-ids.ts';
import { conditionOf, type Term } from './event-query.ts';

/** What a search for events asks for. */
export interface EventSearch {
  readonly query: string;
  /** Epoch milliseconds, both included. */
  readonly from: number;
  readonly to: number;
  readonly newestFirst: boolean;
  readonly cursor: string | undefined;
  readonly limit: number;
  /** What was asked, as the parameters of a GET, without the cursor. */
  readonly asked: URLSearchParams;
}

export interface EventPage {
  readonly data: readonly RawObject[];
  /** Whether there are events beyond this page. */
  readonly more: boolean;
  /** The cursor of what comes after this page; undefined where the page is empty. */
  readonly after: string | undefined;
}

const UNITS_MS: Readonly<Record<string, number>> = {
  s: 1e3,
  m: 6e4,
  h: 36e5,
  d: 864e5,
  w: 6048e5,
  mo: 2592e6,
  y: 31536e6,
};
const RELATIVE = /^now((?:[+-]\d+(?:mo|[smhdwy]))*)$/;
const DEFAULT_LIMIT = 10;
const HIGHEST_LIMIT = 1000;
const SORTS = ['timestamp', '-timestamp'];
/** Search keys without `@` that stand for attributes. */
const RESERVED: Readonly<Record<string, string>> = {
  status: 'status',
  service: 'service',
  priority: 'priority',
  host: 'hostname',
  title: 'title',
  aggregation_key: 'aggregation_key',
};

/** Reads a search from the parameters of a GET. Throws DatadogError. */
export function searchInQuery(query: URLSearchParams, now: number): EventSearch {
  const asked = new Map([...query].filter(([, value]) => value !== ''));
  return search((name) => asked.get(name), now);
}

/** Reads a search from the body of a POST. Throws DatadogError. */
export function searchInBody(body: RawObject, now: number): EventSearch {
  return search((name) => {
    const [, member = '', inner] = /^(\w+)(?:\[(\w+)\])?$/.exec(name) ?? [];
    const value = body[member];
    const found = inner === undefined ? value : isRawObject(value) ? value[inner] : undefined;
    return typeof found === 'string' || typeof found === 'number' ? String(found) : undefined;
  }, now);
}

function search(of: (name: string) => string | undefined, now: number): EventSearch {
  const [sort, limit] = [of('sort') ?? 'timestamp', of('page[limit]')];
  if (!SORTS.includes(sort)) throw invalid('sort', `must be one of ${SORTS.join(', ')}`);
  const wanted = limit === undefined ? DEFAULT_LIMIT : Number(limit);
  if (!Number.isInteger(wanted) || wanted < 1 || wanted > HIGHEST_LIMIT)
    throw invalid('page', `limit must be between 1 and ${HIGHEST_LIMIT}`);
  const names = ['filter[from]', 'filter[query]', 'filter[to]', 'page[limit]', 'sort'];
  return {
    query: of('filter[query]') ?? '*',
    from: time(of('filter[from]') ?? 'now-15m', now),
    to: time(of('filter[to]') ?? 'now', now),
    newestFirst: sort === '-timestamp',
    cursor: of('page[cursor]'),
    limit: wanted,
    asked: new URLSearchParams(
      names.flatMap((name): [string, string][] => {
        const value = of(name);
        return value === undefined ? [] : [[name, value]];
      }),
    ),
  };
}

/** A page of the events that are wanted. Throws DatadogError. */
export function pageOf(events: readonly RawObject[], wanted: EventSearch): EventPage {
  const isWanted = conditionOf(wanted.query, holds, (words) => invalid('filter', words));
  const sorted = events.toSorted((a, b) => timeOf(a) - timeOf(b));
  if (wanted.newestFirst) sorted.reverse();
  const start = wanted.cursor === undefined ? 0 : startAfter(sorted, wanted.cursor, wanted.newestFirst);
  const left = sorted
    .slice(start)
    .filter((event) => timeOf(event) >= wanted.from && timeOf(event) <= wanted.to && isWanted(event));
  const data = left.slice(0, wanted.limit);
  const last = data.at(-1);
  const after = last && Buffer.from(JSON.stringify({ after: last['id'] })).toString('base64url');
  return { data, more: left.length > data.length, after };
}

/** The address of the page after one: the parameters in the order of their names. */
export function nextPage(address: string, { asked }: EventSearch, after: string): string {
  const parameters = new URLSearchParams([...asked, ['page[cursor]', after]]);
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

function invalid(field: string, words: string): DatadogError {
  return new DatadogError(
    400,
    `{'errors': [u"input_validation_error(Field '${field}' is invalid: ${words})"]}`,
  );
}

/** `now-15m`, an ISO time, or epoch milliseconds. */
function time(text: string, now: number): number {
  const [, moves] = RELATIVE.exec(text) ?? [];
  if (moves !== undefined) {
    return [...moves.matchAll(/([+-]\d+)(mo|[smhdwy])/g)].reduce(
      (at, [, count, unit = '']) => at + Number(count) * (UNITS_MS[unit] ?? 0),
      now,
    );
  }
  // The plus of an offset is a space in parameters that were not escaped.
  const ms = /^\d+$/.test(text) ? Number(text) : Date.parse(text.replace(/ (?=\d\d:\d\d$)/, '+'));
  if (Number.isNaN(ms)) throw invalid('filter', `'${text}' is no time`);
  return ms;
}

function attributesOf({ attributes }: RawObject): RawObject {
  return isRawObject(attributes) ? attributes : {};
}

function timeOf(event: RawObject): number {
  return Date.parse(String(attributesOf(event)['timestamp']));
}

/** `@attribute:value`, `key:value` of a tag or of a reserved attribute, and words of the title and message. */
function holds(event: RawObject, term: Term): boolean {
  const { attributes, message, tags, ...others } = attributesOf(event);
  const inner = isRawObject(attributes) ? attributes : {};
  const { key } = term;
  if (key === undefined) return [message, inner['title']].some((text) => term.isWithin(String(text ?? '')));
  if (key.startsWith('@')) return valuesAt(inner, key.slice(1).split('.')).some(term.isWhole);
  const tagged = (Array.isArray(tags) ? tags.map(String) : []).filter((tag) => tag.startsWith(`${key}:`));
  if (tagged.some((tag) => term.isWhole(tag.slice(key.length + 1)))) return true;
  const name = RESERVED[key];
  return name !== undefined && [inner[name], others[name]].flat().some(term.isWhole);
}

/** The values at a path of members; of lists, those of each item. */
function valuesAt(value: unknown, path: readonly string[]): unknown[] {
  if (Array.isArray(value)) return value.flatMap((item) => valuesAt(item, path));
  const [step, ...rest] = path;
  if (step === undefined) return [value];
  return isRawObject(value) ? valuesAt(value[step], rest) : [];
}
