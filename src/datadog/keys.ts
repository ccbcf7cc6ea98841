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

/** Creates a key source that reloads the keys when their files change. */
export function keysFrom(watched: WatchedFolder<DatadogKeys>): KeySource {
  return {
    current: watched.current,
    reread(used) {
      watched.poll();
      const { api, app } = watched.current();
      return api.reveal() !== used.api.reveal() || app.reveal() !== used.app.reveal();
    },
  };
}

/** Returns the headers that contain the keys. Use only for outbound calls, so that no key is logged. */
export function keyHeaders({ api, app }: DatadogKeys): Record<string, string> {
  return { 'dd-api-key': api.reveal(), 'dd-application-key': app.reveal() };
}
