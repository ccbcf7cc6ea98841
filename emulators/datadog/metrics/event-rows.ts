import { holds, timeOf, valuesOfKey } from '../events/event-pages.ts';
import type { Term } from '../events/event-query.ts';
import type { CollectionName, Organisation } from '../organisation.ts';
import type { RawObject } from '../raw-json.ts';
import { type GeneratedSeries, generatorsOf } from './generators.ts';

/** Events of one source that differ in nothing but time and measures: a stored event, or the events of a generated series. */
export interface EventRow {
  /** Returns whether the events match a term of a search. */
  readonly holds: (term: Term) => boolean;
  /** Returns the values of a facet, such as `service` or `@http.status_code`. */
  readonly valuesOf: (facet: string) => readonly unknown[];
  /** Calls `visit` with each time that has events, and their number; from inclusive, to exclusive, in epoch seconds. */
  readonly each: GeneratedSeries['each'];
  /** Returns a measure of the events at a time. */
  readonly measureAt: (facet: string, at: number) => number | undefined;
}

/** The sources of events whose events are stored. */
const STORED = new Map<string, CollectionName>(
  Object.entries({ events: 'events', audit: 'audit_events', logs: 'logs' }),
);

/** Returns the sources that have stored events. */
export function storedSources(organisation: Organisation): string[] {
  return [...STORED].flatMap(([source, name]) => (organisation.collection(name).size > 0 ? [source] : []));
}

/** Returns the stored and generated events of a source. */
export function eventRows(organisation: Organisation, source: string): EventRow[] {
  const collection = STORED.get(source);
  const isHidden = source === 'audit' && !organisation.audit;
  const stored = collection === undefined || isHidden ? [] : organisation.collection(collection).all();
  const end = Math.floor(organisation.now() / 1000) + 1;
  const generated = generatorsOf(organisation, 'source', [source]).flatMap(({ series }) => series);
  return [...stored.map(storedRow), ...generated.map((series) => generatedRow(series, end))];
}

function storedRow(event: RawObject): EventRow {
  const seconds = timeOf(event) / 1000;
  return {
    holds: (term) => holds(event, term),
    valuesOf: (facet) => valuesOfKey(event, facet),
    each: (from, to, visit) => {
      if (seconds >= from && seconds < to) visit(seconds, 1);
    },
    measureAt: (facet) => {
      const [value] = valuesOfKey(event, facet);
      return value === undefined ? undefined : Number(value);
    },
  };
}

function generatedRow({ tags, message, each, measureAt }: GeneratedSeries, end: number): EventRow {
  const valuesOf = (facet: string) =>
    tags.filter((tag) => tag.startsWith(`${facet}:`)).map((tag) => tag.slice(facet.length + 1));
  return {
    holds: (term) =>
      term.key === undefined
        ? term.isWithin(message)
        : valuesOf(term.key).some((value) => term.isWhole(value)),
    valuesOf,
    each: (from, to, visit) => each(from, Math.min(to, end), (at, count) => count > 0 && visit(at, count)),
    measureAt,
  };
}
