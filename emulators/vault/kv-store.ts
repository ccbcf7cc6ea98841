import { type EmulatorResponse, json } from '../server/emulator-server.ts';
import { failure, envelope } from './vault-answers.ts';

type Pairs = Readonly<Record<string, string>>;
interface Version {
  readonly created: number;
  pairs: Pairs | null;
  deleted?: number;
  destroyed: boolean;
}

/** The KV secrets of one Vault. Version 1 of the engine keeps the last value, version 2 keeps all. */
export class KvStore {
  readonly #mounts: Readonly<Record<string, 1 | 2>>;
  readonly #secrets = new Map<string, Version[]>();
  readonly #now: () => number;

  constructor(
    mounts: Readonly<Record<string, 1 | 2>>,
    secrets: Readonly<Record<string, Pairs>>,
    now: () => number,
  ) {
    this.#mounts = mounts;
    this.#now = now;
    for (const [path, pairs] of Object.entries(secrets)) this.write(path, pairs);
  }

  /** Writes a new version of the value at `<mount>/<path>`. */
  write(path: string, pairs: Pairs): void {
    const versions = this.#secrets.get(path) ?? [];
    this.#secrets.set(path, [...versions, { created: this.#now(), pairs, destroyed: false }]);
  }

  /** Deletes the latest version at `<mount>/<path>`; `destroy` makes that permanent. */
  remove(path: string, destroy: boolean): void {
    const latest = this.#secrets.get(path)?.at(-1);
    if (!latest) return;
    latest.pairs = null;
    latest.destroyed = destroy;
    if (!destroy) latest.deleted = this.#now();
  }

  /** Answers a read of an API path: `<mount>/data/<path>` on version 2, `<mount>/<path>` on version 1. */
  read(apiPath: string, version: string | null): EmulatorResponse | undefined {
    const mount = Object.keys(this.#mounts).find((name) => apiPath.startsWith(`${name}/`));
    if (mount === undefined) return failure(404, `no handler for route "${apiPath}". route entry not found.`);
    const subpath = apiPath.slice(mount.length + 1);
    if (this.#mounts[mount] === 1) {
      const pairs = this.#secrets.get(`${mount}/${subpath}`)?.at(-1)?.pairs;
      return pairs ? envelope({ data: pairs }) : failure(404);
    }
    if (subpath.startsWith('data/')) return this.#readVersion(`${mount}/${subpath.slice(5)}`, version);
    if (/^(?:metadata|delete|undelete|destroy|config)\b/.test(subpath)) return undefined;
    return json(404, {
      errors: [],
      warnings: [`Invalid path for a versioned K/V secrets engine. Use "${mount}/data/${subpath}".`],
    });
  }

  #readVersion(path: string, requested: string | null): EmulatorResponse {
    const versions = this.#secrets.get(path) ?? [];
    const number = Number(requested ?? 0) || versions.length;
    const version = versions[number - 1];
    if (!version) return failure(404);
    const data = {
      data: version.pairs,
      metadata: {
        created_time: new Date(version.created).toISOString(),
        custom_metadata: null,
        deletion_time: version.deleted === undefined ? '' : new Date(version.deleted).toISOString(),
        destroyed: version.destroyed,
        version: number,
      },
    };
    return version.pairs ? envelope({ data }) : { ...envelope({ data }), status: 404 };
  }
}
