import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import { Collection } from './collection.ts';
import type { RawObject } from './raw-json.ts';

/** The kinds of objects in an organisation. */
export const COLLECTIONS = [
  'monitors',
  'dashboards',
  'deleted_dashboards',
  'dashboard_lists',
  'shared_dashboards',
  'secure_embeds',
  'downtimes_v1',
  'downtimes',
  'slos',
  'slo_corrections',
  'slo_reports',
  'notification_rules',
  'config_policies',
  'monitor_templates',
  'restriction_policies',
  'service_definitions',
  'catalog_entities',
  'events',
  'audit_events',
  'logs',
  'metrics',
  'generators',
  'users',
  'roles',
  'teams',
  'team_links',
  'team_memberships',
  'team_notification_rules',
  'slack_channels',
  'opsgenie_services',
  'ms_teams_handles',
  'ms_teams_workflow_handles',
] as const;
export type CollectionName = (typeof COLLECTIONS)[number];

/** Receives each change: the object that was put, or undefined for a deleted one. */
export type Listener = (collection: CollectionName, id: string, object: RawObject | undefined) => void;

/** A Datadog organisation: its clock, its objects, and ids of Datadog's form. */
export class Organisation {
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** The ids of monitors and dashboards that the caller may not edit. */
  readonly restricted = new Set<string>();
  /** The ids of dashboards that are listed, but that the caller may not read. */
  readonly unreadable = new Set<string>();
  /** True if changes are recorded in the audit trail. If false, its endpoints answer 403. */
  audit = true;
  readonly #collections: ReadonlyMap<CollectionName, Collection>;
  #listener: Listener | undefined;
  #lastNumber = 3_000_000_000;

  constructor(now: () => number) {
    this.now = now;
    this.#collections = new Map(
      COLLECTIONS.map((name) => [name, new Collection((id, object) => this.#changed(name, id, object))]),
    );
  }

  collection(name: CollectionName): Collection {
    const collection = this.#collections.get(name);
    if (!collection) throw new TypeError(`unknown collection ${name}`);
    return collection;
  }

  listen(listener: Listener): void {
    this.#listener = listener;
  }

  clear(): void {
    for (const collection of this.#collections.values()) collection.clear();
    this.restricted.clear();
    this.unreadable.clear();
  }

  /** Returns a numeric id that no object has had. */
  newNumber(): number {
    this.#lastNumber += 1 + randomInt(5);
    return this.#lastNumber;
  }

  #changed(name: CollectionName, id: string, object: RawObject | undefined): void {
    const number = /^\d{1,15}$/.test(id) ? Number(id) : 0;
    if (number > this.#lastNumber) this.#lastNumber = number;
    this.#listener?.(name, id, object);
  }
}

export function newUuid(): string {
  return randomUUID();
}

/** Returns random lower-case hexadecimal digits. */
export function newHex(digits: number): string {
  return randomBytes(Math.ceil(digits / 2))
    .toString('hex')
    .slice(0, digits);
}

/** Returns random letters and digits without look-alikes, as in the ids of dashboards. */
export function newToken(length: number): string {
  const letters = 'abcdefghijkmnpqrstuvwxyz23456789';
  return Array.from({ length }, () => letters[randomInt(letters.length)]).join('');
}
