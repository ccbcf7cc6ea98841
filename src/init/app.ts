import type { Clock } from '../domain/clock.ts';
import { type Deadline, deadlineAfter } from '../domain/deadline.ts';
import type { Log } from '../runtime/log.ts';
import { VaultFailure } from './vault/failures.ts';
import type { Vault } from './vault/vault.ts';
import { mintCertificates } from './certificates.ts';
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
  try {
    await retrying(() => fetchAndWrite(config, vault, log, clock, deadline), deadline, log, clock);
  } finally {
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
