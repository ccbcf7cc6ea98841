import type { Secret } from '../domain/secret.ts';
import type { SecretSet } from '../process/secret-set.ts';

/** The keys that every call carries, read anew when their files change. */
export interface KeySource {
  current(): { readonly api: Secret; readonly app: Secret };
  /** Looks at the files now; true where they hold other keys than before. */
  reread(): boolean;
}

/** Keys from a folder of secrets. */
export function keysFromSecretSet(set: SecretSet): KeySource {
  let version = set.version();
  let keys = read();
  function read() {
    return { api: set.read('datadog-api-key'), app: set.read('datadog-app-key') };
  }
  function refresh(now: string): boolean {
    if (now === version) return false;
    const before = keys;
    keys = read();
    version = now;
    return keys.api.reveal() !== before.api.reveal() || keys.app.reveal() !== before.app.reveal();
  }
  return {
    current() {
      refresh(set.version());
      return keys;
    },
    reread: () => refresh(set.refresh()),
  };
}

/** The headers that carry the keys; for the outbound call alone. */
export function keyHeaders({
  api,
  app,
}: {
  readonly api: Secret;
  readonly app: Secret;
}): Record<string, string> {
  return { 'dd-api-key': api.reveal(), 'dd-application-key': app.reveal() };
}
