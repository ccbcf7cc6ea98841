import type { Clock } from '../domain/clock.ts';
import { type Deadline, deadlineAfter } from '../domain/deadline.ts';
import type { Log } from '../runtime/log.ts';
import { VaultFailure } from './vault/failures.ts';
import type { Vault } from './vault/vault.ts';
import { mintCertificates } from './certificates.ts';
import type { CertificatesConfig, Config } from './config.ts';
import { type Both, CONTAINERS, readKeys } from './container-keys.ts';
import { filesOf, freshHop } from './certificate-sets.ts';
import { openVault, vaultOutbound } from './vault/open-vault.ts';
import { createVaultSession } from './vault/vault-session.ts';
import { type SecretFiles, writeSet } from './write-set.ts';

/** Without a watcher nothing mints new leaves while the pod runs. */
const LEAF_DAYS = 365;
/** Milliseconds between tries; doubled each time. */
const BACKOFF = { first: 250, longest: 5000 };

/**
 * Fetches the keys and mints the certificates of one pod: login, read, mint, write, revoke. Tries again what may pass
 * by itself, until VAULT_DEADLINE_MS have gone. Throws VaultFailure.
 */
export async function initialise(config: Config, log: Log, clock: Clock): Promise<void> {
  const deadline = deadlineAfter(config.VAULT_DEADLINE_MS, clock);
  const outbound = vaultOutbound(config);
  const vault = openVault(config, outbound);
  try {
    await retrying(() => fetchAndWrite(config, vault, log, clock, deadline), deadline, log, clock);
  } finally {
    deadline.close();
    outbound.close();
  }
}

/** Mints the certificates alone, for a pod whose keys come another way. */
export async function initialiseCertificates(
  config: CertificatesConfig,
  log: Log,
  clock: Clock,
): Promise<void> {
  await writeBoth(config, { main: new Map(), sidecar: new Map() }, log, clock);
}

async function fetchAndWrite(
  config: Config,
  vault: Vault,
  log: Log,
  clock: Clock,
  deadline: Deadline,
): Promise<void> {
  const session = createVaultSession({ vault, ...config.login, clock, log });
  try {
    const token = await session.token(deadline);
    await writeBoth(config, await readKeys(vault, config.paths, token, deadline), log, clock);
  } finally {
    await session.close();
  }
}

async function writeBoth(
  { folders }: CertificatesConfig,
  keys: Both<SecretFiles>,
  log: Log,
  clock: Clock,
): Promise<void> {
  const upstream = freshHop(await mintCertificates({ now: new Date(clock.now()), days: LEAF_DAYS }));
  for (const container of CONTAINERS) {
    const files = new Map([...keys[container], ...filesOf(upstream[container])]);
    await writeSet(folders[container], files, clock.now());
    log.info('wrote secrets', { folder: folders[container], files: [...files.keys()] });
  }
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
      if (error.retry === 'never' || (error.retry === 'once' && met.has(error.failure))) throw error;
      met.add(error.failure);
      log.warn('Vault is not ready, retrying', { reason: error.message, wait_ms: wait });
      await clock.sleep(wait);
    }
  }
}
