import type { EmulatorResponse } from '../server/emulator-server.ts';
import { envelope, failure, SYSTEM_TTL } from './vault-answers.ts';
import type { MountState, Product } from './vault-seed.ts';

type Pairs = Readonly<Record<string, string>>;
interface Version {
  readonly created: number;
  pairs: Pairs | null;
  deleted?: number;
  destroyed: boolean;
}

const UPGRADING =
  'Upgrading from non-versioned to versioned data. This backend will be unavailable for a brief period and will resume service shortly.';
/** How each product names its CLI. */
const CLI: Readonly<Record<Product, string>> = {
  openbao: "If using the OpenBao CLI, use 'bao kv get' for this operation.",
  vault: "If using the Vault CLI, use 'vault kv get' for this operation.",
};

/** The KV secrets of one Vault. Version 1 of the engine keeps the last value, version 2 keeps all. */
export class KvStore {
  readonly #mounts: Map<string, MountState>;
  readonly #secrets = new Map<string, Version[]>();
  readonly #now: () => number;
  readonly #product: Product;

  constructor(
    mounts: Readonly<Record<string, MountState>>,
    secrets: Readonly<Record<string, Pairs>>,
    now: () => number,
    product: Product,
  ) {
    this.#mounts = new Map(Object.entries(mounts));
    this.#now = now;
    this.#product = product;
    for (const [path, pairs] of Object.entries(secrets)) this.write(path, pairs);
  }

  /** Ends the upgrade of a mount to version 2. */
  upgraded(mount: string): void {
    this.#mounts.set(mount, 2);
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
    const mount = [...this.#mounts.keys()].find((name) => apiPath.startsWith(`${name}/`));
    if (mount === undefined) return failure(404, `no handler for route "${apiPath}". route entry not found.`);
    const subpath = apiPath.slice(mount.length + 1);
    const state = this.#mounts.get(mount);
    if (state === 'upgrading') return failure(400, UPGRADING);
    if (state === 1) {
      const pairs = this.#secrets.get(`${mount}/${subpath}`)?.at(-1)?.pairs;
      return pairs ? envelope({ data: pairs, lease_duration: SYSTEM_TTL }) : failure(404);
    }
    if (subpath.startsWith('data/')) return this.#readVersion(`${mount}/${subpath.slice(5)}`, version);
    if (/^(?:metadata|delete|undelete|destroy|config)\b/.test(subpath)) return undefined;
    const warning = `Invalid path for a versioned K/V secrets engine. See the API docs for the appropriate API endpoints to use. ${CLI[this.#product]}`;
    return { ...envelope({ warnings: [warning] }), status: 404 };
  }

  #readVersion(path: string, requested: string | null): EmulatorResponse {
    const versions = this.#secrets.get(path) ?? [];
    const number = Number(requested ?? 0) || versions.length;
    const version = versions[number - 1];
    if (!version) return failure(404);
    const { pairs } = version;
    const data = {
      data: pairs && Object.fromEntries(Object.entries(pairs).sort(([a], [b]) => (a < b ? -1 : 1))),
      metadata: {
        created_time: new Date(version.created).toISOString(),
        custom_metadata: null,
        deletion_time: version.deleted === undefined ? '' : new Date(version.deleted).toISOString(),
        destroyed: version.destroyed,
        version: number,
      },
    };
    return pairs ? envelope({ data }) : { ...envelope({ data }), status: 404 };
  }
}
