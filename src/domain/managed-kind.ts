/** What Birddog keeps in Datadog. An alert is kept as a monitor. */
export type StoredKind = 'monitor' | 'dashboard';
export type ManagedKind = StoredKind | 'alert';

/** Which objects are meant: all of an application, or the one (and its copies) under a key. */
export interface Owner {
  readonly application: string;
  readonly key?: string;
}
