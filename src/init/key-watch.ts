import type { Clock } from '../domain/clock.ts';
import { deadlineAfter } from '../domain/deadline.ts';
import type { Log } from '../runtime/log.ts';
import { isTokenFailure, VaultFailure, type VaultFailureName } from './vault/failures.ts';
import type { Vault } from './vault/vault.ts';
import { type Both, readKeys } from './container-keys.ts';
import type { VaultSession } from './vault/vault-session.ts';
import type { SecretFiles } from './write-set.ts';

export interface KeyWatchOptions {
  readonly vault: Vault;
  readonly session: VaultSession;
  readonly paths: Both<string>;
  /** The keys on disk at the start, if any. */
  readonly onDisk: Both<SecretFiles> | undefined;
  readonly intervalMs: number;
  readonly clock: Clock;
  readonly log: Log;
  /** Returns a number from 0 to 1. */
  readonly random: () => number;
  /** Called before the next attempt if Vault's certificate is not trusted, because the CA may have changed. */
  readonly rereadAuthority: () => void;
  /** Aborts a request in progress. */
  readonly stopping: AbortSignal;
}

/** Polls the keys in Vault. */
export interface KeyWatch {
  /** Reads the keys if due. Never rejects: failures are logged and retried with backoff. */
  poll(): Promise<void>;
  /** Returns the keys that were read last, or were on disk at the start; undefined if there are none yet. */
  keys(): Both<SecretFiles> | undefined;
  /** Returns when the next read is due (epoch ms). */
  dueAt(): number;
  /** Returns when the keys were last read (epoch ms); undefined if never. */
  readAt(): number | undefined;
  /** Returns the number of polls that failed, or succeeded only after a new login, by failure. */
  failures(): ReadonlyMap<string, number>;
  /** Returns the reason of the last failure; undefined after a success. */
  failing(): string | undefined;
}

/** Timeout of one attempt. */
export const ATTEMPT_TIMEOUT_MS = 10_000;
/** Failures after which VAULT_CACERT is read again: an operator may have replaced it. */
const AUTHORITY_FAILURES: ReadonlySet<VaultFailureName> = new Set(['not_trusted', 'certificate_expired']);
/** Delay after a failure, doubled each time. Up to half of it is random, so that pods do not retry at the same time. */
const BACKOFF_MS = { first: 1000, max: 60_000 };
/** Minimum time between two reads. */
const MIN_INTERVAL_MS = 1000;

/** Creates a watch on the secrets of both containers. The first read is due at once. */
export function createKeyWatch(options: KeyWatchOptions): KeyWatch {
  const { vault, session, paths, clock, log, stopping } = options;
  const failures = new Map<string, number>();
  let keys = options.onDisk;
  let dueAt = clock.now();
  let readAt: number | undefined;
  let failing: string | undefined;
  let authorityFailed = false;
  let backoff = BACKOFF_MS.first;

  async function read(): Promise<Both<SecretFiles>> {
    if (authorityFailed) reread();
    const deadline = deadlineAfter(ATTEMPT_TIMEOUT_MS, clock, stopping);
    try {
      return await readKeys(vault, paths, await session.token(deadline), deadline);
    } catch (error) {
      if (!isTokenFailure(error)) throw error;
      session.refused();
      const found = await readKeys(vault, paths, await session.token(deadline), deadline);
      count(error.failure);
      log.warn('keys read after a new login', { failure: error.failure, reason: error.message });
      return found;
    } finally {
      deadline.close();
    }
  }

  function count(name: string): void {
    failures.set(name, (failures.get(name) ?? 0) + 1);
  }

  function failed(error: unknown): void {
    const name = error instanceof VaultFailure ? error.failure : 'unforeseen';
    failing = error instanceof Error ? error.message : String(error);
    count(name);
    const wait = Math.round(backoff * (1 - options.random() / 2));
    backoff = Math.min(backoff * 2, BACKOFF_MS.max);
    dueAt = clock.now() + wait;
    authorityFailed = error instanceof VaultFailure && AUTHORITY_FAILURES.has(error.failure);
    log.warn('keys not read, previous keys stay in use', {
      failure: name,
      reason: failing,
      again_in_ms: wait,
    });
  }

  function reread(): void {
    try {
      options.rereadAuthority();
    } catch (error) {
      log.warn("the CA of Vault's certificate could not be read", { error });
    }
  }

  return {
    async poll() {
      if (clock.now() < dueAt) return;
      try {
        keys = await read();
      } catch (error) {
        if (!stopping.aborted) failed(error);
        return;
      }
      if (failing !== undefined) log.info('keys are readable again');
      failing = undefined;
      authorityFailed = false;
      backoff = BACKOFF_MS.first;
      readAt = clock.now();
      dueAt = Math.max(readAt + MIN_INTERVAL_MS, Math.min(readAt + options.intervalMs, session.dueAt()));
    },
    keys: () => keys,
    dueAt: () => dueAt,
    readAt: () => readAt,
    failures: () => failures,
    failing: () => failing,
  };
}
