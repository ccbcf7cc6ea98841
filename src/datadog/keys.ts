import type { Secret } from '../domain/secret.ts';
import type { WatchedFolder, ReadSecret } from '../runtime/watched-folder.ts';

export interface DatadogKeys {
  readonly api: Secret;
  readonly app: Secret;
}

/** The keys of every call, reloaded when their files change. */
export interface KeySource {
  current(): DatadogKeys;
  /** Reads the files now. Returns true when they contain keys other than those that were used. */
  reread(used: DatadogKeys): boolean;
}

/** Reads the keys of Datadog from a folder of secrets. */
export function readDatadogKeys(secret: ReadSecret): DatadogKeys {
  return { api: secret('datadog-api-key'), app: secret('datadog-app-key') };
}

/** Keys that follow their files. */
export function keysFrom(followed: WatchedFolder<DatadogKeys>): KeySource {
  return {
    current: followed.current,
    reread(used) {
      followed.poll();
      const { api, app } = followed.current();
      return api.reveal() !== used.api.reveal() || app.reveal() !== used.app.reveal();
    },
  };
}

/** The headers that carry the keys; for the outbound call alone. */
export function keyHeaders({ api, app }: DatadogKeys): Record<string, string> {
  return { 'dd-api-key': api.reveal(), 'dd-application-key': app.reveal() };
}
