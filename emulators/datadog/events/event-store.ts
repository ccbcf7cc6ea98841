import type { Collection } from '../collection.ts';
import type { Organisation } from '../organisation.ts';
import { isRawObject, type RawObject } from '../raw-json.ts';
import { type StoredEvent, idsOf, idText, storedFromSeed } from './event-forms.ts';
import { type EventIds, newEventIds } from './event-ids.ts';

/** Datadog rejects older events. */
const MAX_AGE_MS = 18 * 3_600_000;

/** Stores the events of an organisation and finds them by any of their ids. */
export class EventStore {
  readonly #organisation: Organisation;
  readonly #events: Collection;
  readonly #keysByAnyId: (key: string) => ReadonlySet<string>;

  constructor(organisation: Organisation) {
    this.#organisation = organisation;
    this.#events = organisation.collection('events');
    this.#keysByAnyId = this.#events.indexBy(idsOf);
  }

  get now(): number {
    return this.#organisation.now();
  }

  /** Returns whether a time in epoch milliseconds is too long ago for an event. */
  isTooOld(ms: number): boolean {
    return this.now - ms > MAX_AGE_MS;
  }

  newIds(): EventIds {
    return newEventIds(this.now, this.#organisation.newNumber());
  }

  put(event: StoredEvent): void {
    this.#events.put(event.id, event);
  }

  /** Adds an event in the form that reads of either API return. */
  seed(object: RawObject): void {
    const { attributes } = object;
    this.put(
      isRawObject(attributes)
        ? { ...object, id: idText(object['id']), type: 'event', attributes }
        : storedFromSeed(object),
    );
  }

  /** Returns the event with a number, uid or id. */
  get(id: string | undefined): StoredEvent | undefined {
    const [key] = id === undefined ? [] : this.#keysByAnyId(id);
    const event = this.#events.get(key);
    return event && toStoredEvent(event);
  }

  all(): StoredEvent[] {
    return this.#events.all().map(toStoredEvent);
  }
}

function toStoredEvent({ id, attributes, v1, ...others }: RawObject): StoredEvent {
  return {
    ...others,
    id: String(id),
    type: 'event',
    attributes: isRawObject(attributes) ? attributes : {},
    ...(isRawObject(v1) ? { v1 } : {}),
  };
}
