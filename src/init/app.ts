import { readFile } from 'node:fs/promises';
import type { Clock } from '../domain/clock.ts';
import { type Deadline, deadlineAfter } from '../domain/deadline.ts';
import type { JsonObject } from '../domain/json.ts';
import { Secret } from '../domain/secret.ts';
import { createOutbound } from '../outbound/outbound.ts';
import type { Log } from '../process/log.ts';
import { VaultFailure } from '../vault/failures.ts';
import { createVault, type Vault } from '../vault/vault.ts';
import { type Certificates, mintCertificates } from './certificates.ts';
import type { Config } from './config.ts';
import { type SecretFiles, writeSet } from './write-set.ts';

/** Without a watcher nothing mints new leaves while the pod runs. */
const LEAF_DAYS = 365;
/** Milliseconds between tries; doubled each time. */
const BACKOFF = { first: 250, longest: 5000 };
/** Milliseconds for giving the token back, when all the time of the deadline has gone. */
const REVOKE_MS = 2000;

/** The secret's fields for each container, and which may be absent: a catalog that is not used needs no credentials. */
const FIELDS = {
  main: {
    required: ['datadog-api-key', 'datadog-app-key'],
    optional: ['leanix-api-token', 'servicenow-username', 'servicenow-password'],
  },
  sidecar: { required: ['datadog-api-key', 'datadog-app-key'], optional: [] },
} as const;

/**
 * Fetches the keys and mints the certificates of one pod: login, read, mint, write, revoke. Tries again what may pass
 * by itself, until VAULT_DEADLINE_MS have gone. Throws VaultFailure.
 */
export async function initialise(config: Config, log: Log, clock: Clock): Promise<void> {
  const deadline = deadlineAfter(config.VAULT_DEADLINE_MS, clock);
  const outbound = createOutbound({
    ...(config.proxy ? { proxy: config.proxy } : {}),
    tls: {
      ...(config.ca === undefined ? {} : { ca: config.ca }),
      ...(config.VAULT_TLS_SERVER_NAME === '' ? {} : { servername: config.VAULT_TLS_SERVER_NAME }),
    },
  });
  const vault = createVault({
    address: config.VAULT_ADDR,
    outbound,
    ...(config.VAULT_NAMESPACE === '' ? {} : { namespace: config.VAULT_NAMESPACE }),
    kv: { mount: config.VAULT_KV_MOUNT, version: config.VAULT_KV_VERSION === '1' ? 1 : 2 },
  });
  try {
    await retrying(() => fetchAndWrite(config, vault, log, clock, deadline), deadline, log, clock);
  } finally {
    deadline.close();
    outbound.close();
  }
}

async function fetchAndWrite(
  config: Config,
  vault: Vault,
  log: Log,
  clock: Clock,
  deadline: Deadline,
): Promise<void> {
  const jwt = await serviceAccountToken(config.VAULT_TOKEN_FILE);
  const token = await vault.login(config.VAULT_AUTH_MOUNT, config.VAULT_ROLE, jwt, deadline);
  log.info('logged in to Vault', { role: config.VAULT_ROLE });
  try {
    const main = await vault.read(config.VAULT_PATH_MAIN, token, deadline);
    const sidecar = await vault.read(config.VAULT_PATH_SIDECAR, token, deadline);
    const certificates = await mintCertificates({ now: new Date(clock.now()), days: LEAF_DAYS });
    const sets = [
      {
        folder: config.BIRDDOG_SECRETS_MAIN,
        files: setFor('main', main, config.VAULT_PATH_MAIN, certificates),
      },
      {
        folder: config.BIRDDOG_SECRETS_SIDECAR,
        files: setFor('sidecar', sidecar, config.VAULT_PATH_SIDECAR, certificates),
      },
    ];
    for (const { folder, files } of sets) {
      await writeSet(folder, files, clock.now());
      log.info('wrote secrets', { folder, files: [...files.keys()] });
    }
  } finally {
    const grace = deadlineAfter(Math.max(REVOKE_MS, deadline.left()), clock);
    // A token that is not given back ends by itself: no reason to fail.
    await vault.revoke(token, grace).catch((error: unknown) => log.warn('token not revoked', { error }));
    grace.close();
  }
}

/** Kubernetes renews the file, so each login reads it anew. */
async function serviceAccountToken(file: string): Promise<Secret> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new VaultFailure('no_token_file', file, error);
  });
  if (text.trim() === '') throw new VaultFailure('no_token_file', `${file} is empty`);
  return new Secret(text.trim());
}

/** The files of one container: its keys, the CA, and its own side of the hop. */
function setFor(
  container: 'main' | 'sidecar',
  pairs: JsonObject,
  path: string,
  certificates: Certificates,
): SecretFiles {
  const files = new Map<string, Secret>();
  const fields = FIELDS[container];
  for (const name of [...fields.required, ...fields.optional]) {
    const value = pairs[name];
    if (typeof value === 'string' && value.trim() !== '') files.set(name, new Secret(value.trim()));
    else if (fields.required.some((r) => r === name))
      throw new VaultFailure('field_missing', `"${name}" of ${path}`);
  }
  const leaf = container === 'main' ? certificates.client : certificates.server;
  files.set('ca.crt', new Secret(certificates.ca));
  files.set('tls.crt', new Secret(leaf.cert));
  files.set('tls.key', new Secret(leaf.key));
  return files;
}

async function retrying(
  work: () => Promise<void>,
  deadline: Deadline,
  log: Log,
  clock: Clock,
): Promise<void> {
  const met = new Set<string>();
  for (let wait = BACKOFF.first; ; wait = Math.min(wait * 2, BACKOFF.longest)) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof VaultFailure) || deadline.left() <= wait) throw error;
      if (error.passes === 'no' || (error.passes === 'once' && met.has(error.failure))) throw error;
      met.add(error.failure);
      log.warn('Vault is not ready, trying again', { reason: error.message, wait_ms: wait });
      await clock.sleep(wait);
    }
  }
}
