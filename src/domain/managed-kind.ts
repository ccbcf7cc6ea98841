/** The kinds of objects that Birddog stores in Datadog. An alert is stored as a monitor. */
export type StoredKind = 'monitor' | 'dashboard';
export type ManagedKind = StoredKind | 'alert';

/** Identifies the objects of an application, or the one (and its clones) with a key. */
export interface Owner {
  readonly application: string;
  readonly key?: string;
}
