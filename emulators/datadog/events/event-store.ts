import type { Collection } from '../collection.ts';
import type { Organisation } from '../organisation.ts';
import { isRawObject, type RawObject } from '../raw-json.ts';
import { type StoredEvent, idsOf, idText, storedFromSeed } from './event-forms.ts';
import { type EventIds, newEventIds } from './event-ids.ts';

/** An event may lie so far back. */
const OLDEST_MS = 18 * 3_600_000;

/** The events of an organisation, found by any of their ids. */
export class EventStore {
  readonly #organisation: Organisation;
  readonly #held: Collection;
  readonly #idsBy: (key: string) => ReadonlySet<string>;

  constructor(organisation: Organisation) {
    this.#organisation = organisation;
    this.#held = organisation.collection('events');
    this.#idsBy = this.#held.indexBy(idsOf);
  }

  get now(): number {
    return this.#organisation.now();
  }

  /** Whether a time, epoch milliseconds, is longer ago than an event may be. */
  isTooOld(ms: number): boolean {
    return this.now - ms > OLDEST_MS;
  }

  newIds(): EventIds {
    return newEventIds(this.now, this.#organisation.newNumber());
  }

  put(event: StoredEvent): void {
    this.#held.put(event.id, event);
  }

  /** Takes in an event in the form in which either API reads it. */
  seed(object: RawObject): void {
    const { attributes } = object;
    this.put(
      isRawObject(attributes)
        ? { ...object, id: idText(object['id']), type: 'event', attributes }
        : storedFromSeed(object),
    );
  }

  /** The event with an id: its number, its uid, or the id that lists show. */
  get(id: string | undefined): StoredEvent | undefined {
    const [key] = id === undefined ? [] : this.#idsBy(id);
    const event = this.#held.get(key);
    return event && kept(event);
  }

  all(): StoredEvent[] {
    return this.#held.all().map(kept);
  }
}

function kept({ id, attributes, v1, ...others }: RawObject): StoredEvent {
  return {
    ...others,
    id: String(id),
    type: 'event',
    attributes: isRawObject(attributes) ? attributes : {},
    ...(isRawObject(v1) ? { v1 } : {}),
  };
}
