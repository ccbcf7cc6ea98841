import type { Clock } from '../domain/clock.ts';
import { type Deadline, deadlineAfter } from '../domain/deadline.ts';
import type { Log } from '../runtime/log.ts';
import { isTokenFailure, VaultFailure } from './vault/failures.ts';
import { mintCertificates } from './certificates.ts';
import { ATTEMPT_TIMEOUT_MS } from './key-watch.ts';
import type { CertificatesConfig, Config } from './settings.ts';
import { type Both, CONTAINERS, readKeys } from './container-keys.ts';
import { filesOf, newCertificates } from './certificate-sets.ts';
import { openVault, vaultOutbound } from './vault/open-vault.ts';
import { createVaultSession } from './vault/vault-session.ts';
import { type SecretFiles, writeSet } from './write-set.ts';

/** Without --watch the certificates are not renewed while the pod runs. */
const LEAF_DAYS = 365;
/** Delay between attempts, doubled each time. */
const BACKOFF_MS = { first: 250, max: 5000 };

/**
 * Writes the keys and certificates of one pod: login, read, mint, write, revoke. Retries temporary failures until
 * VAULT_DEADLINE_MS. Throws VaultFailure.
 */
export async function initialise(config: Config, log: Log, clock: Clock): Promise<void> {
  const deadline = deadlineAfter(config.VAULT_DEADLINE_MS, clock);
  const outbound = vaultOutbound(config);
  const vault = openVault(config, outbound);
  const session = createVaultSession({ vault, ...config.login, clock, log });
  // A connection that never answers leaves time for a second attempt.
  const timeoutMs = Math.min(ATTEMPT_TIMEOUT_MS, config.VAULT_DEADLINE_MS / 2);
  const attempt = async () => {
    const timeout = deadlineAfter(Math.min(timeoutMs, deadline.left()), clock, deadline.signal);
    try {
      const token = await session.token(timeout);
      await writeBoth(config, await readKeys(vault, config.paths, token, timeout), log, clock);
    } catch (error) {
      if (isTokenFailure(error)) session.refused();
      throw error;
    } finally {
      timeout.close();
    }
  };
  try {
    await retrying(attempt, deadline, log, clock);
  } finally {
    await session.close();
    deadline.close();
    outbound.close();
  }
}

/** Writes only the certificates, for a pod whose keys come from another source. */
export async function initialiseCertificates(
  config: CertificatesConfig,
  log: Log,
  clock: Clock,
): Promise<void> {
  await writeBoth(config, { main: new Map(), sidecar: new Map() }, log, clock);
}

async function writeBoth(
  { folders }: CertificatesConfig,
  keys: Both<SecretFiles>,
  log: Log,
  clock: Clock,
): Promise<void> {
  const upstream = newCertificates(await mintCertificates({ now: new Date(clock.now()), days: LEAF_DAYS }));
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
  for (let wait = BACKOFF_MS.first; ; wait = Math.min(wait * 2, BACKOFF_MS.max)) {
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
