import type { Clock } from '../domain/clock.ts';
import { deadlineAfter } from '../domain/deadline.ts';
import type { Log } from '../runtime/log.ts';
import { VaultFailure } from './vault/failures.ts';
import type { Vault } from './vault/vault.ts';
import { type Both, readKeys } from './container-keys.ts';
import type { VaultSession } from './vault/vault-session.ts';
import type { SecretFiles } from './write-set.ts';

export interface KeyWatchOptions {
  readonly vault: Vault;
  readonly session: VaultSession;
  readonly paths: Both<string>;
  /** The keys on disk at the start, where there are any. */
  readonly onDisk: Both<SecretFiles> | undefined;
  readonly intervalMs: number;
  readonly clock: Clock;
  readonly log: Log;
  /** From 0 to 1. */
  readonly random: () => number;
  /** Called where Vault's certificate is not trusted, before the next try: the CA may be another by now. */
  readonly rereadAuthority: () => void;
  /** Ends a question that is under way. */
  readonly stopping: AbortSignal;
}

/** The keys in Vault, read again and again. */
export interface KeyWatch {
  /** Asks Vault, where that is due. Never rejects: what goes wrong is said, and asked again later and later. */
  turn(): Promise<void>;
  /** The keys that were read last, or were there from the start; undefined where there are none yet. */
  keys(): Both<SecretFiles> | undefined;
  /** When the next turn is due (epoch ms). */
  dueAt(): number;
  /** When Vault last gave the keys (epoch ms); undefined while it never has. */
  readAt(): number | undefined;
  /** How often each thing went wrong. */
  failures(): ReadonlyMap<string, number>;
  /** What went wrong the last time, in a sentence; undefined while all is well. */
  failing(): string | undefined;
}

/** The longest (ms) that one turn may take. */
const TURN_MS = 10_000;
/** Milliseconds after a failure, doubled each time; up to half of it is left to chance, so that pods do not come all at once. */
const BACKOFF = { first: 1000, longest: 60_000 };
/** The least time (ms) between two turns. */
const REST_MS = 1000;

/** A watch on the secrets of both containers. The first turn is due at once. */
export function createKeyWatch(options: KeyWatchOptions): KeyWatch {
  const { vault, session, paths, clock, log, stopping } = options;
  const failures = new Map<string, number>();
  let keys = options.onDisk;
  let dueAt = clock.now();
  let readAt: number | undefined;
  let failing: string | undefined;
  let backoff = BACKOFF.first;

  async function read(): Promise<Both<SecretFiles>> {
    const deadline = deadlineAfter(TURN_MS, clock, stopping);
    try {
      return await readKeys(vault, paths, await session.token(deadline), deadline);
    } catch (error) {
      if (!(error instanceof VaultFailure) || error.retry !== 'once') throw error;
      session.refused();
      return await readKeys(vault, paths, await session.token(deadline), deadline);
    } finally {
      deadline.close();
    }
  }

  function failed(error: unknown): void {
    const name = error instanceof VaultFailure ? error.failure : 'unforeseen';
    failing = error instanceof Error ? error.message : String(error);
    failures.set(name, (failures.get(name) ?? 0) + 1);
    const wait = Math.round(backoff * (1 - options.random() / 2));
    backoff = Math.min(backoff * 2, BACKOFF.longest);
    dueAt = clock.now() + wait;
    if (name === 'not_trusted') reread();
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
      log.warn("the CA of Vault's certificate not read", { error });
    }
  }

  return {
    async turn() {
      if (clock.now() < dueAt) return;
      try {
        keys = await read();
      } catch (error) {
        if (!stopping.aborted) failed(error);
        return;
      }
      if (failing !== undefined) log.info('keys are readable again');
      failing = undefined;
      backoff = BACKOFF.first;
      readAt = clock.now();
      dueAt = Math.max(readAt + REST_MS, Math.min(readAt + options.intervalMs, session.dueAt()));
    },
    keys: () => keys,
    dueAt: () => dueAt,
    readAt: () => readAt,
    failures: () => failures,
    failing: () => failing,
  };
}
