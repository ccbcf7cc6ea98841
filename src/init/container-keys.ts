import type { Deadline } from '../domain/deadline.ts';
import type { JsonObject } from '../domain/json.ts';
import { Secret } from '../domain/secret.ts';
import { VaultFailure } from './vault/failures.ts';
import type { Vault, VaultToken } from './vault/vault.ts';
import type { SecretFiles } from './write-set.ts';

/** One value for each of the two containers. */
export interface Both<T> {
  readonly main: T;
  readonly sidecar: T;
}
export const CONTAINERS = ['main', 'sidecar'] as const;
type Container = (typeof CONTAINERS)[number];

/** The fields for a ledger in PostgreSQL. */
const LEDGER = ['ledger-user', 'ledger-password', 'ledger-ca.crt'] as const;
/** Fields of the secret per container. An unused catalog needs no credentials, and a ledger in SQLite none either. */
const FIELDS = {
  main: {
    required: ['datadog-api-key', 'datadog-app-key'],
    optional: ['leanix-api-token', 'servicenow-username', 'servicenow-password', ...LEDGER],
  },
  sidecar: { required: ['datadog-api-key', 'datadog-app-key'], optional: LEDGER },
} as const;

/** Reads the secrets of both containers from Vault. Throws VaultFailure. */
export async function readKeys(
  vault: Vault,
  paths: Both<string>,
  token: VaultToken,
  deadline: Deadline,
): Promise<Both<SecretFiles>> {
  const main = await vault.read(paths.main, token, deadline);
  const sidecar = await vault.read(paths.sidecar, token, deadline);
  return { main: keysOf('main', main, paths.main), sidecar: keysOf('sidecar', sidecar, paths.sidecar) };
}

/** Returns the keys among the files of a set; undefined if a required one is missing. */
export function keysAmong(container: Container, files: SecretFiles): SecretFiles | undefined {
  const { required, optional } = FIELDS[container];
  if (!required.every((name) => files.has(name))) return undefined;
  const names: readonly string[] = [...required, ...optional];
  return new Map([...files].filter(([name]) => names.includes(name)));
}

function keysOf(container: Container, pairs: JsonObject, path: string): SecretFiles {
  const files = new Map<string, Secret>();
  const fields = FIELDS[container];
  for (const name of [...fields.required, ...fields.optional]) {
    const value = pairs[name];
    if (typeof value === 'string' && value.trim() !== '') files.set(name, new Secret(value.trim()));
    else if (fields.required.some((r) => r === name))
      throw new VaultFailure('field_missing', `"${name}" of ${path}`);
  }
  return files;
}
