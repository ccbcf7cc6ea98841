import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { deflate, inflate } from 'node:zlib';
import { isObject, type Json, textsOf } from '../domain/json.ts';
import type { SeriesPart, SeriesQuery } from './ports.ts';
import type { QuerySeries, StepRange } from './query-series.ts';

/** Where days are cached: the cache that all processes with the ledger share. */
export interface SeriesCache {
  get(key: string): Promise<Uint8Array | undefined>;
  put(key: string, bytes: Uint8Array, ttlMs: number): Promise<void>;
}

const DAY_S = 86_400;
/** How long (ms) a day is cached at most. Datadog keeps points of metrics for 15 months, and the cache evicts unused days. */
const TTL_MS = 90 * DAY_S * 1000;
/** A day is complete when it ended this long ago, in seconds. Metrics of cloud providers arrive up to a day late. */
const LATE_S = 3600;
const CLOUD_LATE_S = DAY_S;
const CLOUD_METRIC = /^(?:\w+:)?(?:alibaba|aws|azure|gcp|oci)\./;
/** The version of the format below. Days of another version are never read. */
const VERSION = 1;
/** The maximum size of a day before compression. */
const MAX_BYTES = 16 * 1024 * 1024;

/** A day of a query, or the part of it that was fetched. */
interface CachedDay extends StepRange {
  readonly part: SeriesPart;
  /** The limit on groups that applied when it was fetched. */
  readonly maxGroups: number;
}

/** The complete UTC days of series in the shared cache. */
export class CachedDays {
  readonly #cache: SeriesCache;
  readonly #nowS: number;
  /** How much of each day is cached, in steps. */
  readonly #known = new Map<string, number>();

  constructor(cache: SeriesCache, nowS: number) {
    this.#cache = cache;
    this.#nowS = nowS;
  }

  /** Adds what is cached to a series. Returns the number of days that were found. */
  async read(series: QuerySeries, maxGroups: number): Promise<number> {
    let found = 0;
    for (const day of this.#daysOf(series)) {
      const bytes = await this.#cache.get(day.key);
      const cached = bytes && (await decodeDay(bytes));
      if (!cached || cached.firstStep < day.firstStep || cached.endStep > day.endStep) continue;
      if (cached.part.cutGroups > 0 && cached.maxGroups < maxGroups) continue;
      this.#known.set(day.key, cached.endStep - cached.firstStep);
      if (cached.endStep <= series.firstStep || cached.firstStep >= series.endStep) continue;
      series.add(cached.part, cached);
      found += 1;
    }
    return found;
  }

  /** Stores the days of a series of which more is known than is cached. */
  async write(series: QuerySeries, maxGroups: number): Promise<void> {
    for (const { key, ...day } of this.#daysOf(series)) {
      const range = longestCovered(series, day);
      const length = range.endStep - range.firstStep;
      if (length <= (this.#known.get(key) ?? 0)) continue;
      const bytes = await encodeDay({ ...range, part: series.part(range), maxGroups });
      if (bytes) await this.#cache.put(key, bytes, TTL_MS);
      this.#known.set(key, length);
    }
  }

  /** Returns the complete days that a series touches, with their steps. */
  #daysOf({ query, firstStep, endStep }: QuerySeries): (StepRange & { readonly key: string })[] {
    const { pointS } = query;
    const lateS = CLOUD_METRIC.test(query.text) ? CLOUD_LATE_S : LATE_S;
    const days: (StepRange & { readonly key: string })[] = [];
    for (let day = Math.floor((firstStep * pointS) / DAY_S); ; day += 1) {
      const first = Math.ceil((day * DAY_S) / pointS);
      const end = Math.ceil(((day + 1) * DAY_S) / pointS);
      if (first >= endStep || end * pointS + lateS > this.#nowS) return days;
      if (end > first) days.push({ firstStep: first, endStep: end, key: keyOf(query, day) });
    }
  }
}

/** Returns a key for what a query asks: equal for queries with equal points. */
export function seriesKey({ source, text, method, measure, indexes, by, pointS }: SeriesQuery): string {
  return JSON.stringify([source, text, method, measure ?? null, indexes ?? [], by, pointS]);
}

function keyOf(query: SeriesQuery, day: number): string {
  return `series/${createHash('sha256')
    .update(JSON.stringify([VERSION, seriesKey(query), day]))
    .digest('hex')}`;
}

/** Returns the longest range within a day that was added to a series. */
function longestCovered(series: QuerySeries, day: StepRange): StepRange {
  const edges = series.missing(day);
  let best = { firstStep: day.firstStep, endStep: day.firstStep };
  let start = Math.max(day.firstStep, series.firstStep);
  const end = Math.min(day.endStep, series.endStep);
  for (const gap of [...edges, { firstStep: end, endStep: end }]) {
    if (gap.firstStep - start > best.endStep - best.firstStep)
      best = { firstStep: start, endStep: gap.firstStep };
    start = gap.endStep;
  }
  return best;
}

/** Encodes a day: the length of a JSON header, the header, padding to 8 bytes, the steps and the values of each group; compressed. */
async function encodeDay({
  part,
  firstStep,
  endStep,
  maxGroups,
}: CachedDay): Promise<Uint8Array | undefined> {
  const { steps, groups, cutGroups } = part;
  const header = Buffer.from(
    JSON.stringify({
      firstStep,
      endStep,
      maxGroups,
      cutGroups,
      length: steps.length,
      groups: [...groups.keys()],
    }),
  );
  const start = dataStart(header.length);
  const bytes = Buffer.alloc(start + 8 * steps.length * (1 + groups.size));
  if (bytes.length > MAX_BYTES) return undefined;
  bytes.writeUInt32LE(header.length);
  header.copy(bytes, 4);
  let at = start;
  for (const numbers of [steps, ...groups.values()]) {
    Buffer.from(numbers.buffer, numbers.byteOffset, numbers.byteLength).copy(bytes, at);
    at += numbers.byteLength;
  }
  return promisify(deflate)(bytes, { level: 1 });
}

/** Decodes a day. Returns undefined if the bytes are damaged. */
async function decodeDay(bytes: Uint8Array): Promise<CachedDay | undefined> {
  try {
    // The checksum of the format detects damaged bytes.
    const raw = await promisify(inflate)(bytes, { maxOutputLength: MAX_BYTES });
    const headerLength = raw.readUInt32LE();
    const header: Json = JSON.parse(raw.toString('utf8', 4, 4 + headerLength));
    if (!isObject(header)) return undefined;
    const { firstStep, endStep, maxGroups, cutGroups, length } = header;
    const names = textsOf(header['groups']);
    if (
      typeof firstStep !== 'number' ||
      typeof endStep !== 'number' ||
      typeof maxGroups !== 'number' ||
      typeof cutGroups !== 'number' ||
      typeof length !== 'number'
    )
      return undefined;
    const start = dataStart(headerLength);
    if (raw.length !== start + 8 * length * (1 + names.length)) return undefined;
    const numbers = new Float64Array(raw.buffer.slice(raw.byteOffset + start, raw.byteOffset + raw.length));
    const groups = names.map(
      (name, at) => [name, numbers.subarray((at + 1) * length, (at + 2) * length)] as const,
    );
    const part = { steps: numbers.subarray(0, length), groups: new Map(groups), cutGroups };
    return { firstStep, endStep, maxGroups, part };
  } catch {
    return undefined;
  }
}

function dataStart(headerLength: number): number {
  return 8 * Math.ceil((4 + headerLength) / 8);
}
